package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Way is one of several ways to do the same, for [Race].
type Way struct {
	Name string
	Run  func(ctx context.Context, n uint64) error // the n-th call, from 1 on, of all goroutines

	calls atomic.Uint64
	took  time.Duration
}

// Race compares ways to do the same, as a Store and the engine below it driven by hand, each in the given number of
// goroutines. The ways take turns of a tenth of a second, so that whatever else the machine does hits all of them. It
// reports how many calls each made in a second, and what part of those of the first way that is, in per cent.
func Race(b *testing.B, goroutines int, ways ...*Way) {
	for b.Loop() {
		for _, w := range ways {
			begin := time.Now()
			var wg sync.WaitGroup
			for range goroutines {
				wg.Go(func() {
					for time.Since(begin) < 100*time.Millisecond {
						if err := w.Run(b.Context(), w.calls.Add(1)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			w.took += time.Since(begin)
		}
	}
	rate := func(w *Way) float64 { return float64(w.calls.Load()) / w.took.Seconds() }
	for _, w := range ways {
		b.ReportMetric(rate(w), w.Name+"/s")
		if w != ways[0] {
			b.ReportMetric(100*rate(w)/rate(ways[0]), w.Name+"/%")
		}
	}
}
