package nidd_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

var errCut = fmt.Errorf("%w: cut off", store.ErrUnavailable)

// way is the way of a node to the Store that all share.
type way struct {
	store.Store
	cut atomic.Bool
}

func (w *way) View(ctx context.Context, fn func(store.Reader) error) error {
	if w.cut.Load() {
		return errCut
	}
	return w.Store.View(ctx, fn)
}

func (w *way) Update(ctx context.Context, fn func(store.Tx) error) error {
	if w.cut.Load() {
		return errCut
	}
	return w.Store.Update(ctx, fn)
}

const lease = 10 * time.Second

// runTwo runs fn with two nodes of a cluster, each with its own scripted neighbours.
func runTwo(t *testing.T, fn func(t *testing.T, a, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		a := &bench{t: t, store: &way{Store: s}, lease: lease, prof: policy.NIDD{APN: apn1}}
		b := &bench{t: t, store: &way{Store: s}, lease: lease, prof: policy.NIDD{APN: apn1}}
		a.start()
		defer a.close()
		b.start()
		defer b.close()
		synctest.Wait()
		time.Sleep(time.Millisecond)
		fn(t, a, b)
	})
}

func (b *bench) cut(cut bool) { b.store.(*way).cut.Store(cut) }

// Any node serves any request, whoever served those before.
func TestAnyNode(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		cfg := a.configure()
		a.buffer(cfg, "1")
		b.buffer(cfg, "2")
		b.attach()
		synctest.Wait()
		require.Equal(t, []string{"1", "2"}, b.sent())
		require.Empty(t, a.sent())
		_, err := a.deliver(cfg, "3")
		require.NoError(t, err)
		require.Equal(t, []string{"3"}, a.sent())
		a.sleep(time.Second)
		require.Len(t, append(a.notified("deliveryStatus"), b.notified("deliveryStatus")...), 2)
	})
}

// While one node sends to a UE, another that hears of the UE sends nothing: the first goes on when it is done.
func TestSendingElsewhere(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		cfg := a.configure()
		a.buffer(cfg, "1")
		goOn := make(chan struct{})
		a.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-goOn
			return nil, nil
		}
		a.attach()
		require.Equal(t, []string{"1"}, a.sent())
		b.buffer(cfg, "2")
		b.wake()
		b.asks(diameter.Success, odr("up"))
		b.sleep(30 * time.Second) // longer than the answer may take: b looks again every few seconds, and not all the time
		require.Empty(t, b.sent())
		close(goOn)
		synctest.Wait()
		require.Equal(t, []string{"1", "2"}, a.sent())
		require.Empty(t, b.sent())
	})
}

// What a node had begun when it was cut off is taken over by the other as the same TDR, and the first one, back again,
// makes nothing of its late answer.
func TestSenderIsLost(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		cfg := a.configure()
		a.buffer(cfg, "1")
		goOn := make(chan struct{})
		a.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-goOn
			return nil, errors.Join(diameter.ErrSent, context.DeadlineExceeded) // a timeout, for all that it knows
		}
		a.attach()
		require.Equal(t, []string{"1"}, a.sent())
		a.cut(true)
		b.sleep(9 * time.Second)
		require.Empty(t, b.sent(), "the answer is still due")
		b.sleep(6 * time.Second)
		require.Equal(t, []string{"1"}, b.sent())
		require.Equal(t, a.raw[0].EndToEnd, b.raw[0].EndToEnd)
		require.Equal(t, a.tdrs[0].SessionID, b.tdrs[0].SessionID)
		require.NotZero(t, b.raw[0].Flags&diameter.FlagRetransmitted)
		require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		a.cut(false)
		close(goOn)
		a.sleep(time.Minute)
		require.Len(t, a.sent(), 1)
		a.mme = nil
		require.Len(t, append(a.notified("deliveryStatus"), b.notified("deliveryStatus")...), 1)

		_, err := a.deliver(cfg, "2") // it is back
		require.NoError(t, err)
	})
}

// A node that loses its lease while it sends leaves the rest to the others, although it is back.
func TestLeaseLostWhileSending(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		cfg := a.configure()
		a.buffer(cfg, "1")
		a.buffer(cfg, "2")
		a.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			a.cut(true)
			time.Sleep(2 * lease)
			a.cut(false)
			return nil, nil
		}
		a.attach()
		a.sleep(10 * lease)
		require.Equal(t, []string{"1"}, a.sent())
		require.Equal(t, []string{"1", "2"}, b.sent())
		require.Len(t, append(a.notified("deliveryStatus"), b.notified("deliveryStatus")...), 2)
	})
}

// A node without its store says so, to the SCS/AS and to the MME: neither shall take it for the end.
func TestStoreUnavailable(t *testing.T) {
	runTwo(t, func(t *testing.T, a, _ *bench) {
		cfg := a.configure()
		d := a.buffer(cfg, "x")
		a.attach()
		a.cut(true)
		for operation, err := range map[string]error{
			"list":       second(a.p.Configurations(t.Context(), as1)),
			"read":       second(a.p.Configuration(t.Context(), as1, cfg)),
			"delete":     a.p.DeleteConfiguration(t.Context(), as1, cfg),
			"create":     second(a.p.CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})),
			"deliver":    second(a.deliver(cfg, "y")),
			"deliveries": second(a.p.Deliveries(t.Context(), as1, cfg)),
			"delivery":   second(a.p.Delivery(t.Context(), as1, cfg, d)),
			"cancel":     a.p.CancelDelivery(t.Context(), as1, cfg, d),
		} {
			require.ErrorIs(t, err, fault.Unavailable, operation)
		}
		a.asks(diameter.TooBusy, odr("up"))
		a.asks(diameter.TooBusy, cmr(t6a.ConnectionActionUpdate, reachable))
	})
}

func second[T any](_ T, err error) error { return err }

// The end of a configuration comes in time, whichever node made it.
func TestTimersOfALostNode(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		end := time.Now().Add(time.Minute)
		a.configure(func(c *t8.NIDDConfiguration) { c.Duration = end })
		a.cut(true)
		b.sleep(time.Minute + time.Millisecond)
		require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
		require.Zero(t, b.keys("c"))
	})
}
