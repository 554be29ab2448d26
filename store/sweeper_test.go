package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// sweepTable is a table of subs that expire at the seconds in their notes.
func sweepTable() (*store.Table[sub], *store.Index[sub]) {
	expiry := store.ByExpiry("expiry", func(v *sub) time.Time {
		if v.note == "" {
			return time.Time{}
		}
		n, _ := strconv.Atoi(v.note)
		return time.Unix(int64(n), 0)
	})
	return store.NewTable([]byte("sub/"), subCodec, subKey, expiry, ownerIndex()), expiry
}

func note(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// countingStore notes when Updates wrote, and how much.
type countingStore struct {
	store.Store
	mu      sync.Mutex
	writes  map[time.Time]int
	largest int
	fail    error
}

func (c *countingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	c.mu.Lock()
	err := c.fail
	c.mu.Unlock()
	if err != nil {
		return err
	}
	counted := countingTx{}
	if err := c.Store.Update(ctx, func(tx store.Tx) error {
		counted = countingTx{Tx: tx}
		return fn(&counted)
	}); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes[time.Now()] += counted.writes
	c.largest = max(c.largest, counted.writes)
	return nil
}

func TestSweeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &countingStore{Store: store.NewMemory()}
		table, expiry := sweepTable()
		start := time.Now()
		update(t, s.Store, func(tx store.Tx) error {
			for i := range 1000 {
				v := &sub{id: fmt.Sprint("old", i), note: note(start.Add(-time.Duration(i) * time.Hour))}
				if err := table.Put(tx, v); err != nil {
					return err
				}
			}
			return errors.Join(
				table.Put(tx, &sub{id: "forever"}),
				table.Put(tx, &sub{id: "minutes", note: note(start.Add(3*time.Minute - time.Second))}),
				table.Put(tx, &sub{id: "renewed", note: note(start.Add(3*time.Minute - time.Second))}))
		})
		left := func() (all []string) {
			view(t, s, func(r store.Reader) error {
				all = ids(t, table.Scan(r, nil, nil, false))
				return nil
			})
			return all
		}
		s.writes = map[time.Time]int{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		sweeper := store.NewSweeper(s, table, expiry, &store.SweeperOptions{Batch: 50, Rate: 100})
		go func() { ended <- sweeper.Run(ctx) }()

		time.Sleep(5*time.Second - time.Millisecond)
		require.Len(t, left(), 503, "100 in a second")
		time.Sleep(5 * time.Second)
		require.Equal(t, []string{"forever", "minutes", "renewed"}, left())
		s.mu.Lock()
		require.Equal(t, 150, s.largest, "a record and two entries for each")
		for at, n := range s.writes {
			require.LessOrEqual(t, n, 150, "at %v", at)
		}
		s.mu.Unlock()

		update(t, s.Store, func(tx store.Tx) error {
			return table.Put(tx, &sub{id: "renewed", note: note(start.Add(time.Hour))})
		})
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"forever", "minutes", "renewed"}, left())
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"forever", "renewed"}, left())

		s.mu.Lock()
		s.fail = errLimit
		s.mu.Unlock()
		time.Sleep(2 * time.Hour)
		require.Equal(t, []string{"forever", "renewed"}, left())
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"forever"}, left())
		require.Equal(t, 2, content(t, s), "the record and its entry by owner")

		cancel()
		require.Equal(t, context.Canceled, <-ended)
	})
}

// Entries that are not true go, their records stay; a record that cannot be read stays and holds up nobody.
func TestSweeperMeetsWhatItCannotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		table, expiry := sweepTable()
		past := note(time.Now().Add(-time.Hour))
		update(t, s, func(tx store.Tx) error {
			var errs []error
			for i := range 10 {
				v := &sub{id: fmt.Sprint(i), note: past}
				errs = append(errs, table.Put(tx, v))
				switch i {
				case 0, 1, 2, 3:
					errs = append(errs, tx.Put([]byte("sub/r"+v.id), []byte{9, 9}))
				case 4:
					errs = append(errs, oldTable().Put(tx, &sub{id: v.id}))
				case 5:
					errs = append(errs, oldTable().Delete(tx, []byte(v.id)))
				}
			}
			return errors.Join(errs...)
		})
		ended := make(chan error)
		go func() {
			ended <- store.NewSweeper(s, table, expiry, &store.SweeperOptions{Batch: 2}).Run(t.Context())
		}()
		time.Sleep(time.Minute)
		// Four unreadable ones with two entries each, number 4 with an entry by owner, and this one of number 5.
		require.Equal(t, 4*3+2+1, content(t, s))
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-ended, store.ErrClosed)
	})
}

// Several nodes sweep one store.
func TestSweepersTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		table, expiry := sweepTable()
		update(t, s, func(tx store.Tx) error {
			for i := range 500 {
				if err := table.Put(tx, &sub{id: fmt.Sprint(i), note: note(time.Now().Add(time.Duration(i%100) * time.Second))}); err != nil {
					return err
				}
			}
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				_ = store.NewSweeper(s, table, expiry, &store.SweeperOptions{Batch: 7, Rate: -1, Interval: time.Second}).Run(ctx)
			})
		}
		time.Sleep(110 * time.Second)
		cancel()
		wg.Wait()
		require.Zero(t, content(t, s))
	})
}

func ExampleSweeper() {
	type answer struct {
		id  string
		end time.Time
	}
	expiry := store.ByExpiry("end", func(a *answer) time.Time { return a.end })
	answers := store.NewTable([]byte("answer/"), store.Codec[answer]{
		Append: func(a *answer, b []byte) ([]byte, error) { return append(store.AppendTime(b, a.end), a.id...), nil },
		Decode: func(b []byte, _ uint64) (*answer, error) {
			end, id, err := store.CutTime(b)
			return &answer{string(id), end}, err
		},
	}, func(a *answer) []byte { return []byte(a.id) }, expiry)

	s := store.NewMemory()
	ctx := context.Background()
	err := s.Update(ctx, func(tx store.Tx) error {
		return errors.Join(
			answers.Put(tx, &answer{"old", time.Now().Add(-time.Second)}),
			answers.Put(tx, &answer{"young", time.Now().Add(time.Hour)}))
	})
	if err != nil {
		fmt.Println(err)
	}
	sweeper := store.NewSweeper(s, answers, expiry, nil)
	if err := sweeper.Sweep(ctx); err != nil { // a service calls Run instead
		fmt.Println(err)
	}
	err = s.View(ctx, func(r store.Reader) error {
		for a := range answers.Scan(r, nil, nil, false) {
			fmt.Println(a.id)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// young
}
