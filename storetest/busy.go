package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"github.com/scefkit/scefkit/store"
)

// cancelWhileBusy cancels transactions at any moment. Those that say that they did not come through must have left
// nothing, the others everything.
func cancelWhileBusy(ctx context.Context, s store.Store) error {
	const writers, rounds = 6, 40
	var done, unknown atomic.Int64
	err := parallel(writers, func(w int) error {
		random := rand.New(rand.NewPCG(uint64(w), 2))
		for i := range rounds {
			own := fmt.Sprintf("own/%d/%03d", w, i)
			short, cancel := context.WithCancel(ctx)
			wait := random.IntN(12)
			ended := make(chan bool)
			go func() {
				defer close(ended)
				for range wait {
					giveWay()
				}
				cancel()
			}()
			err := s.Update(short, func(tx store.Tx) error {
				n, err := number(tx, "n")
				if err != nil {
					return err
				}
				giveWay()
				return errors.Join(putNumber(tx, "n", n+1), tx.Put([]byte(own), []byte("1")))
			})
			<-ended
			switch {
			case err == nil:
				done.Add(1)
			case errors.Is(err, store.ErrOutcomeUnknown):
				unknown.Add(1)
				continue
			case !errors.Is(err, context.Canceled):
				return fmt.Errorf("an Update whose context ended: %v, want nil or context.Canceled", err)
			}
			through := err == nil
			err = s.View(ctx, func(r store.Reader) error {
				if through {
					return wantGet(r, own, "1")
				}
				return wantNone(r, own)
			})
			if err != nil {
				return fmt.Errorf("after an Update whose context ended (it came through: %v): %w", through, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.View(ctx, func(r store.Reader) error {
		n, err := number(r, "n")
		low, high := done.Load(), done.Load()+unknown.Load()
		if err == nil && (int64(n) < low || int64(n) > high) {
			err = fmt.Errorf("%d to %d transactions came through, and %d left a mark", low, high, n)
		}
		return err
	})
}

// closeUnder closes s while clients use it. Each transaction must come through or fail with ErrClosed. It returns the keys
// that were written, and those that were refused.
func closeUnder(ctx context.Context, s store.Store) (written, refused []string, err error) {
	const clients, before = 8, 20
	var total atomic.Int64
	var closed, failed atomic.Bool
	keys, no := make([][]string, clients), make([][]string, clients)
	client := func(c int) error {
		for i := 0; ; i++ {
			late := closed.Load()
			key := fmt.Sprintf("key/%d/%06d", c, i)
			err := s.Update(ctx, func(tx store.Tx) error {
				giveWay()
				return errors.Join(tx.Put([]byte(key), []byte("1")), tx.Put([]byte("also/"+key), []byte("1")))
			})
			if errors.Is(err, store.ErrClosed) {
				no[c] = append(no[c], key)
				return nil // each client ends here
			}
			if err == nil && late {
				return errors.New("a transaction that began after Close came through")
			}
			if err == nil {
				keys[c] = append(keys[c], key)
				total.Add(1)
				err = s.View(ctx, func(r store.Reader) error {
					giveWay()
					return wantGet(r, key, "1")
				})
			}
			if err != nil && !errors.Is(err, store.ErrClosed) {
				return fmt.Errorf("a transaction at the time of Close: %w; want none or ErrClosed", err)
			}
		}
	}
	err = parallel(clients+1, func(c int) error {
		if c < clients {
			err := client(c)
			if err != nil {
				failed.Store(true)
			}
			return err
		}
		for total.Load() < before && !failed.Load() { // all are under way by then
			giveWay()
		}
		defer closed.Store(true)
		if err := s.Close(); err != nil {
			return fmt.Errorf("Close while clients are busy: %w", err)
		}
		return nil
	})
	return slices.Concat(keys...), slices.Concat(no...), err
}

func closeWhileBusy(ctx context.Context, s store.Store) error {
	_, _, err := closeUnder(ctx, s)
	return err
}

// keepsAcknowledged closes a busy store and opens it again: what was acknowledged is there, and nothing else.
func keepsAcknowledged(ctx context.Context, open func() store.Store) error {
	written, refused, err := closeUnder(ctx, open())
	if err != nil {
		return err
	}
	return session(open, func(s store.Store) error {
		return s.View(ctx, func(r store.Reader) error {
			for _, k := range written {
				if err := errors.Join(wantGet(r, k, "1"), wantGet(r, "also/"+k, "1")); err != nil {
					return fmt.Errorf("acknowledged when the store was closed: %w", err)
				}
			}
			for _, k := range refused {
				if err := errors.Join(wantNone(r, k), wantNone(r, "also/"+k)); err != nil {
					return fmt.Errorf("refused when the store was closed: %w", err)
				}
			}
			all, err := scan(r, "key/", "key0", false)
			if err == nil && len(all) != len(written) {
				err = fmt.Errorf("%d keys were acknowledged, %d are there", len(written), len(all))
			}
			return err
		})
	})
}
