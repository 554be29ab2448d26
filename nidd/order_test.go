package nidd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// New data does not go before data that waits since no peer led to the MME.
func TestOrderAfterNoRoute(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.buffer(cfg, "old")
		b.mme = noPeer
		b.attach()
		require.Equal(t, []string{"old"}, b.sent())
		b.sleep(time.Second)
		b.mme = nil
		b.buffer(cfg, "new")
		b.sleep(time.Millisecond)
		b.sleep(time.Second)
		require.Equal(t, []string{"old", "old", "new"}, b.sent())
	})
}

// Data that came while the UE slept goes before data of a lower priority for which the MME asked for a retransmission.
func TestOrderAtRetransmission(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Now().Add(10 * time.Second)), nil }
		b.buffer(cfg, "low")
		b.mme = nil
		b.buffer(cfg, "too old", priority(2), latency(5*time.Second))
		b.buffer(cfg, "high", priority(1))
		b.stop() // so that nobody is there when the first ends
		b.sleep(10 * time.Second)
		b.start()
		b.sleep(time.Minute)
		require.Equal(t, []string{"low", "high", "low"}, b.sent())
	})
}

// When the first of what is tried again fails, the rest waits with it, until the next time.
func TestRetryFails(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Now().Add(10 * time.Second)), nil }
		b.buffer(cfg, "1")
		b.buffer(cfg, "2", priority(1))
		b.buffer(cfg, "3")
		b.sleep(25 * time.Second)
		require.Equal(t, []string{"1", "2", "2"}, b.sent())
		b.mme = nil
		b.sleep(10 * time.Second)
		require.Equal(t, []string{"1", "2", "2", "2", "1", "3"}, b.sent())
	})
}

// A UE that sleeps when it attaches is asked once, whatever waits for it, and the rest waits with what it did not take.
func TestAttachedAsleep(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.buffer(cfg, "1")
		b.buffer(cfg, "2")
		b.mme = func(tdr *t6a.TDR) (*t6a.TDA, error) {
			if string(tdr.NonIPData) == "1" {
				return sleeping(time.Time{}), nil
			}
			return nil, nil
		}
		b.attach()
		b.sleep(time.Minute)
		require.Equal(t, []string{"1"}, b.sent())
		b.mme = nil
		b.wake()
		require.Equal(t, []string{"1", "1", "2"}, b.sent())
	})
}

// When the first of what a UE slept over finds no way, what has a lower priority does not go before it.
func TestOrderWithoutRouteAfterSleep(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "low")
		b.buffer(cfg, "high", priority(1))
		busy := true
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			if busy {
				busy = false
				return &t6a.TDA{Result: diameter.TooBusy}, nil
			}
			return nil, nil
		}
		b.wake()
		b.sleep(time.Minute)
		require.Equal(t, []string{"low", "high", "high", "low"}, b.sent())
	})
}

// What is to be repeated after a crash goes before other data, unless that has another way by now.
func TestOrderOfRepetition(t *testing.T) {
	for name, moved := range map[string]bool{"the same way": false, "another way": true} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				b.buffer(cfg, "old")
				b.crash(func() { b.mme = noPeer })
				b.sleep(time.Minute)
				tries := len(b.sent())
				if moved {
					b.mme = func(tdr *t6a.TDR) (*t6a.TDA, error) {
						if tdr.DestinationHost != mme2ID.Host {
							return nil, diameter.ErrNoPeer
						}
						return nil, nil
					}
					b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, func(c *t6a.CMR) { c.OriginHost = mme2ID.Host }))
					tries = len(b.sent())
					b.buffer(cfg, "new")
					b.sleep(time.Millisecond)
					require.Equal(t, []string{"new"}, b.sent()[tries:])
					return
				}
				b.buffer(cfg, "new")
				b.sleep(time.Millisecond)
				require.Equal(t, []string{"old"}, b.sent()[tries:], "which finds no way, so that the new one need not try")
				b.mme = nil
				b.sleep(time.Minute)
				require.Equal(t, []string{"old", "old", "new"}, b.sent()[tries:])
			})
		})
	}
}

// What found no way before keeps its turn when the UE wakes.
func TestTurnAfterNoRoute(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.buffer(cfg, "1")
		b.buffer(cfg, "2")
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return nil, diameter.ErrNoPeer }
		b.attach()
		b.sleep(0)
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "3")
		b.sleep(0)
		require.Equal(t, []string{"1", "1"}, b.sent())
		b.mme = nil
		b.wake()
		b.sleep(time.Second)
		require.Equal(t, []string{"1", "2", "3"}, b.sent()[2:])
	})
}
