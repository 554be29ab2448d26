package nidd_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestRDSChaos sends acknowledged data both ways through lost frames, sleep, restarts and crashes. What one side was told
// is acknowledged has arrived, nothing arrives twice or out of order, and each delivery ends in one result.
func TestRDSChaos(t *testing.T) {
	seeds := 30
	if testing.Short() {
		seeds = 5
	}
	for seed := range uint64(seeds) {
		run(t, func(t *testing.T, b *bench) {
			random := rand.New(rand.NewPCG(seed, 1))
			chance := rand.New(rand.NewPCG(seed, 2)) // of those under the lock
			cfg := b.configure(withRDS(allFeatures, pair(1, 2)))
			u := withDevice(b)
			link := rds.PortPair(1, 2)
			b.attachRDS()
			loss, asleep := 0.0, false
			u.tda = func(rds.Frame) *t6a.TDA {
				u.mu.Lock()
				defer u.mu.Unlock()
				if asleep {
					return sleeping(time.Time{})
				}
				u.mute = chance.Float64() < loss
				return nil
			}
			u.drop = func() bool {
				u.mu.Lock()
				defer u.mu.Unlock()
				return chance.Float64() < loss/2
			}
			wait := func(seconds int) {
				for range seconds {
					b.sleep(time.Second)
					u.mu.Lock()
					off := asleep
					u.mu.Unlock()
					if !off {
						u.tick(link)
					}
				}
			}
			set := func(fn func()) {
				u.mu.Lock()
				defer u.mu.Unlock()
				fn()
			}
			var down []string // URIs of what was accepted
			data := map[string]string{}
			wakes := func() {
				set(func() { asleep = false })
				b.tell(cmr(update, reachable))
			}
			one := func(i int) {
				switch random.IntN(10) {
				case 0, 1, 2:
					text := fmt.Sprintf("d%03d", i)
					if d, err := b.deliver(cfg, text, reliable, overPorts(pair(1, 2))); err == nil {
						down = append(down, d.Self)
						data[d.Self] = text
					}
				case 3, 4, 5:
					if !asleep {
						u.submit(link, fmt.Sprintf("u%03d", i))
					}
				case 6:
					p := random.Float64()
					set(func() { loss = p })
				case 7:
					set(func() { asleep = true })
				default:
					wakes()
				}
				wait(random.IntN(12))
			}
			for i := range 60 {
				switch random.IntN(15) {
				case 0:
					b.sleep(0)
					b.close()
					time.Sleep(time.Millisecond) // see crashAt
					b.start()
				case 1:
					b.crashAt(random.IntN(20), func() { one(i) })
				default:
					one(i)
				}
			}
			set(func() { loss = 0 })
			wakes()
			wait(1200)
			wakes()
			wait(600)

			status := map[string]string{}
			for _, n := range b.notes {
				if s, ok := n.body["deliveryStatus"].(string); ok {
					uri := n.body["niddDownlinkDataTransfer"].(string)
					require.Empty(t, status[uri], "seed %d: two results", seed)
					status[uri] = s
				}
			}
			got := u.received()
			require.True(t, strictlyRising(got), "seed %d: %v", seed, got)
			for _, uri := range down {
				require.NotEmpty(t, status[uri], "seed %d: %s has no result", seed, data[uri])
				if status[uri] == string(t8.DeliverySuccessAcknowledged) {
					require.Contains(t, got, data[uri], "seed %d", seed)
				}
			}
			require.Zero(t, b.keys("d"), "seed %d", seed)
			up := b.uplinked()
			require.True(t, strictlyRising(up), "seed %d: %v", seed, up)
			for text, o := range u.outcomes() {
				if o == rds.Acknowledged {
					require.Contains(t, up, text, "seed %d", seed)
				}
			}
		})
	}
}

func strictlyRising(s []string) bool {
	return slices.IsSorted(s) && len(slices.Compact(slices.Clone(s))) == len(s)
}
