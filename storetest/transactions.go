package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/store"
)

// The checks for concurrency must hold for stores that lock and for stores that let transactions run again, so no
// transaction may wait for another one. They run many small transactions instead, which give way at the worst moments.

// parallel runs fn(0) to fn(n-1) at the same time and returns the first error.
func parallel(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			errs[i] = caught(func() error { return fn(i) })
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// giveWay lets other goroutines run.
func giveWay() {
	for range 4 {
		runtime.Gosched()
	}
}

func number(r store.Reader, key string) (int, error) {
	v, err := r.Get([]byte(key))
	if err != nil || v == nil {
		return 0, err
	}
	return strconv.Atoi(string(v))
}

func putNumber(tx store.Tx, key string, n int) error {
	return tx.Put([]byte(key), []byte(strconv.Itoa(n)))
}

func contextEnded(ctx context.Context, s store.Store) error {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := put(ended, s, "a", "1"); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Update with a cancelled context: %v, want context.Canceled", err)
	}
	late, cancel := context.WithCancel(ctx)
	defer cancel()
	err := s.Update(late, func(tx store.Tx) error {
		defer cancel()
		return tx.Put([]byte("b"), []byte("1"))
	})
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Update whose context ended before the commit: %v, want context.Canceled", err)
	}
	past, cancel := context.WithTimeout(ctx, -1)
	defer cancel()
	if err := put(past, s, "c", "1"); !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("Update after the deadline: %v, want context.DeadlineExceeded", err)
	}
	return wantAll(ctx, s)
}

func closedStore(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1"); err != nil {
		return err
	}
	for range 2 {
		if err := s.Close(); err != nil {
			return fmt.Errorf("Close: %w", err)
		}
		ran := false
		if err := s.View(ctx, func(store.Reader) error { ran = true; return nil }); !errors.Is(err, store.ErrClosed) || ran {
			return fmt.Errorf("View after Close: %v (fn ran: %v), want ErrClosed", err, ran)
		}
		if err := s.Update(ctx, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, store.ErrClosed) || ran {
			return fmt.Errorf("Update after Close: %v (fn ran: %v), want ErrClosed", err, ran)
		}
	}
	return nil
}

func closeWaits(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1"); err != nil {
		return err
	}
	inside, leave := make(chan bool), make(chan bool)
	var left atomic.Int32
	results := make(chan error, 2)
	var once [2]sync.Once
	use := func(i int, r store.Reader) error {
		once[i].Do(func() { inside <- true })
		<-leave
		if err := wantGet(r, "a", "1"); err != nil {
			return fmt.Errorf("during Close: %w", err)
		}
		left.Add(1)
		return nil
	}
	go func() { results <- s.View(ctx, func(r store.Reader) error { return use(0, r) }) }()
	<-inside
	go func() {
		results <- s.Update(ctx, func(tx store.Tx) error { return cmpError(use(1, tx), tx.Put([]byte("b"), nil)) })
	}()
	<-inside
	closed := make(chan error, 1)
	var early atomic.Bool
	go func() {
		err := s.Close()
		early.Store(left.Load() < 2)
		closed <- err
	}()
	for range 2000 { // enough for a Close that does not wait; one that waits is not hurried
		runtime.Gosched()
	}
	close(leave)
	err := <-closed
	for range 2 {
		if err := <-results; err != nil {
			return fmt.Errorf("a transaction that ran when Close was called: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("Close: %w", err)
	}
	if early.Load() {
		return errors.New("Close returned while transactions ran")
	}
	return nil
}

func seesWhatReturned(ctx context.Context, s store.Store) error {
	// Each goroutine has a key of its own, so that nothing but its own last Update decides what it must see.
	return parallel(8, func(i int) error {
		key := fmt.Sprint("key", i)
		for n := 1; n <= 50; n++ {
			if err := s.Update(ctx, func(tx store.Tx) error { return putNumber(tx, key, n) }); err != nil {
				return err
			}
			see := func(r store.Reader) error {
				got, err := number(r, key)
				if err == nil && got != n {
					err = fmt.Errorf("%s is %d after the Update that set it to %d returned", key, got, n)
				}
				return err
			}
			if err := s.View(ctx, see); err != nil {
				return fmt.Errorf("View: %w", err)
			}
			if err := s.Update(ctx, func(tx store.Tx) error { return see(tx) }); err != nil {
				return fmt.Errorf("Update: %w", err)
			}
		}
		return nil
	})
}

// pairs runs writers, which keep two keys equal, against readers, which compare them with read.
func pairs(ctx context.Context, s store.Store, read func(r store.Reader) (a, b int, err error)) error {
	var stop atomic.Bool
	return parallel(4, func(i int) error {
		if i == 0 {
			defer stop.Store(true)
			for n := range 300 {
				err := s.Update(ctx, func(tx store.Tx) error {
					return errors.Join(putNumber(tx, "a", n), putNumber(tx, "m", n), putNumber(tx, "z", n))
				})
				if err != nil {
					return err
				}
				giveWay()
			}
			return nil
		}
		for !stop.Load() {
			err := s.View(ctx, func(r store.Reader) error {
				a, b, err := read(r)
				if err == nil && a != b {
					err = fmt.Errorf("a View read %d and %d, which are always written together", a, b)
				}
				return err
			})
			if err != nil {
				return err
			}
			runtime.Gosched() // readers that never wait would starve the writer
		}
		return nil
	})
}

func atomicity(ctx context.Context, s store.Store) error {
	return pairs(ctx, s, func(r store.Reader) (a, b int, err error) {
		// In the order in which a store that applies one write after the other lets it show.
		if b, err = number(r, "z"); err != nil {
			return 0, 0, err
		}
		a, err = number(r, "a")
		return a, b, err
	})
}

func consistentSnapshot(ctx context.Context, s store.Store) error {
	return pairs(ctx, s, func(r store.Reader) (a, b int, err error) {
		if a, err = number(r, "a"); err != nil {
			return 0, 0, err
		}
		giveWay()
		for p, err := range r.Scan([]byte("b"), nil, false) {
			if err != nil {
				return 0, 0, err
			}
			if b, err = strconv.Atoi(string(p.Value)); err != nil {
				return 0, 0, err
			}
			if a != b {
				return a, b, nil
			}
			giveWay()
		}
		a, err = number(r, "a")
		return a, b, err
	})
}

func lostUpdate(ctx context.Context, s store.Store) error {
	const writers, rounds = 8, 60
	err := parallel(writers, func(i int) error {
		for range rounds {
			err := s.Update(ctx, func(tx store.Tx) error {
				n, err := number(tx, "n")
				if err != nil {
					return err
				}
				giveWay()
				return putNumber(tx, "n", n+1)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.View(ctx, func(r store.Reader) error {
		n, err := number(r, "n")
		if err == nil && n != writers*rounds {
			err = fmt.Errorf("%d increments gave %d: updates were lost", writers*rounds, n)
		}
		return err
	})
}

func writeSkew(ctx context.Context, s store.Store) error {
	// Two doctors are on call; each may leave when the other one stays.
	for round := range 150 {
		if err := put(ctx, s, "doctor0", "1", "doctor1", "1"); err != nil {
			return err
		}
		err := parallel(2, func(i int) error {
			return s.Update(ctx, func(tx store.Tx) error {
				a, err := number(tx, "doctor0")
				if err != nil {
					return err
				}
				giveWay()
				b, err := number(tx, "doctor1")
				if err != nil || a+b < 2 {
					return err
				}
				giveWay()
				return putNumber(tx, fmt.Sprint("doctor", i), 0)
			})
		})
		if err != nil {
			return err
		}
		err = s.View(ctx, func(r store.Reader) error {
			if err := wantGet(r, "doctor0", "1"); err == nil {
				return nil
			}
			return wantGet(r, "doctor1", "1")
		})
		if err != nil {
			return fmt.Errorf("write skew in round %d: both transactions went by what the other one changed: %w", round, err)
		}
	}
	return nil
}

// lostDeletion lets one transaction delete a key that is not there yet while another one puts it. The deletion is in vain
// only if it comes first, and then the other transaction must see what was put with it.
func lostDeletion(ctx context.Context, s store.Store) error {
	for round := range 150 {
		early := false // the one that puts the key did not see what the one that deletes it puts
		err := parallel(2, func(i int) error {
			return s.Update(ctx, func(tx store.Tx) error {
				if (i+round)%2 == 0 {
					err := tx.Delete([]byte("key"))
					giveWay()
					return errors.Join(err, tx.Put([]byte("seen"), []byte("1")))
				}
				if err := tx.Put([]byte("key"), []byte("1")); err != nil {
					return err
				}
				giveWay()
				v, err := tx.Get([]byte("seen"))
				early = v == nil
				return err
			})
		})
		if err != nil {
			return err
		}
		err = s.Update(ctx, func(tx store.Tx) error {
			v, err := tx.Get([]byte("key"))
			if err == nil && v != nil && early {
				err = fmt.Errorf("lost deletion in round %d: the key was put before it, and is there", round)
			}
			return errors.Join(err, tx.Delete([]byte("key")), tx.Delete([]byte("seen")))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// onlyOne lets transactions look at a range, each in its way, and put a key of their own there if they found none. At
// most one may. The range is found empty between keys that stay.
func onlyOne(ctx context.Context, s store.Store, look func(tx store.Tx, i int) (empty bool, err error)) error {
	if err := put(ctx, s, "a", "", "z", ""); err != nil {
		return err
	}
	for round := range 150 {
		err := parallel(3, func(i int) error {
			return s.Update(ctx, func(tx store.Tx) error {
				empty, err := look(tx, i)
				if err != nil || !empty {
					return err
				}
				giveWay()
				return tx.Put(fmt.Appendf(nil, "m%d", i), []byte("taken"))
			})
		})
		if err != nil {
			return err
		}
		err = s.Update(ctx, func(tx store.Tx) error {
			taken, err := scan(tx, "m", "n", false)
			if err != nil {
				return err
			}
			if len(taken) != 1 {
				return fmt.Errorf("phantom in round %d: %d transactions found the range empty and took it, want 1", round, len(taken))
			}
			for i := range 3 {
				if err := tx.Delete(fmt.Appendf(nil, "m%d", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func phantom(ctx context.Context, s store.Store) error {
	return onlyOne(ctx, s, func(tx store.Tx, i int) (bool, error) {
		found, err := scan(tx, "m", "n", i%2 == 1)
		return len(found) == 0, err
	})
}

// phantomAfterBreak looks at the first key of a longer range only, from both ends. A store that notes how far a scan
// came must not forget the gap before the key that ended it.
func phantomAfterBreak(ctx context.Context, s store.Store) error {
	return onlyOne(ctx, s, func(tx store.Tx, i int) (bool, error) {
		from, to, reverse := []byte("b"), []byte(nil), false
		if i%2 == 1 {
			from, to, reverse = nil, []byte("y"), true
		}
		for p, err := range tx.Scan(from, to, reverse) {
			return p.Key != nil && p.Key[0] != 'm', err
		}
		return true, nil
	})
}

// serialHistory moves money between accounts. Every transfer writes an entry into a log under the next number; the log,
// replayed in its order, must explain every balance that any transaction read, and Views must find the sum unchanged.
func serialHistory(ctx context.Context, s store.Store) error {
	const accounts, writers, transfers, each = 12, 6, 40, 100
	name := func(i int) string { return fmt.Sprintf("account/%02d", i) }
	err := s.Update(ctx, func(tx store.Tx) error {
		for i := range accounts {
			if err := putNumber(tx, name(i), each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sum := func(r store.Reader) error {
		total := 0
		for p, err := range r.Scan([]byte("account/"), []byte("account0"), false) {
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(string(p.Value))
			if err != nil {
				return err
			}
			total += n
		}
		if total != accounts*each {
			return fmt.Errorf("the accounts add up to %d, want %d", total, accounts*each)
		}
		return nil
	}
	err = parallel(writers, func(w int) error {
		random := rand.New(rand.NewPCG(uint64(w), 1))
		last := 0
		for range transfers {
			from, to := random.IntN(accounts), random.IntN(accounts)
			amount := 1 + random.IntN(10)
			var at int
			err := s.Update(ctx, func(tx store.Tx) error {
				n, err := number(tx, "entries")
				if err != nil {
					return err
				}
				a, err := number(tx, name(from))
				if err != nil {
					return err
				}
				giveWay()
				if err := putNumber(tx, name(from), a-amount); err != nil {
					return err
				}
				b, err := number(tx, name(to)) // the same account at times
				if err != nil {
					return err
				}
				at = n + 1
				return errors.Join(putNumber(tx, name(to), b+amount), putNumber(tx, "entries", at),
					tx.Put(fmt.Appendf(nil, "entry/%06d", at), fmt.Appendf(nil, "%d %d %d %d %d", from, to, amount, a, b)))
			})
			if err != nil {
				return err
			}
			if at <= last {
				return fmt.Errorf("a transaction got number %d after one that had returned got %d", at, last)
			}
			last = at
			if err := s.View(ctx, sum); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.View(ctx, func(r store.Reader) error {
		log, err := scan(r, "entry/", "entry0", false)
		if err != nil {
			return err
		}
		if len(log) != writers*transfers {
			return fmt.Errorf("the log has %d entries, want %d", len(log), writers*transfers)
		}
		var balance [accounts]int
		for i := range balance {
			balance[i] = each
		}
		for i, e := range log {
			var n, from, to, amount, a, b int
			if _, err := fmt.Sscanf(strings.TrimPrefix(e, "entry/"), "%d=%d %d %d %d %d", &n, &from, &to, &amount, &a, &b); err != nil {
				return fmt.Errorf("entry %q: %w", e, err)
			}
			if n != i+1 {
				return fmt.Errorf("entry %q stands at place %d", e, i+1)
			}
			if a != balance[from] {
				return fmt.Errorf("transaction %d read %d on account %d, which serially had %d", n, a, from, balance[from])
			}
			balance[from] -= amount
			if b != balance[to] {
				return fmt.Errorf("transaction %d read %d on account %d, which serially had %d", n, b, to, balance[to])
			}
			balance[to] += amount
		}
		for i, want := range balance {
			if err := wantGet(r, name(i), strconv.Itoa(want)); err != nil {
				return fmt.Errorf("at the end: %w", err)
			}
		}
		return nil
	})
}

// afterCommit checks a HookTx, if the store has it: told once, for the run that was committed, when its writes are seen; and
// not at all when fn fails.
func afterCommit(ctx context.Context, s store.Store) error {
	hooked, runs, told, seen := false, 0, 0, ""
	err := s.Update(ctx, func(tx store.Tx) error {
		runs++
		h, ok := tx.(store.HookTx)
		if hooked = ok; !ok {
			return nil
		}
		if _, err := number(tx, "k"); err != nil {
			return err
		}
		h.AfterCommit(func() {
			told++
			err := s.View(ctx, func(r store.Reader) error {
				v, err := r.Get([]byte("k"))
				seen = string(v)
				return err
			})
			if err != nil {
				seen = err.Error()
			}
		})
		if runs == 1 { // a conflict, if the store is one that lets it come to that
			other, cancel := context.WithTimeout(ctx, conflictTime)
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- put(other, s, "k", "7") }()
			select {
			case <-done:
			case <-time.After(conflictTime):
			}
		}
		return tx.Put([]byte("k"), []byte("3"))
	})
	switch {
	case err != nil:
		return err
	case !hooked:
		return nil
	case told != 1:
		return fmt.Errorf("told %d times of one commit, after %d runs", told, runs)
	case seen != "3":
		return fmt.Errorf("told when the value was %q", seen)
	}
	told = 0
	no := errors.New("no")
	err = s.Update(ctx, func(tx store.Tx) error {
		tx.(store.HookTx).AfterCommit(func() { told++ })
		return no
	})
	if told != 0 {
		return errors.New("told of a transaction that failed")
	}
	if !errors.Is(err, no) {
		return fmt.Errorf("%w instead of the error of fn", cmpError(err, no))
	}
	return nil
}

// conflictTime is how long a transaction that another may hold up is given.
const conflictTime = 200 * time.Millisecond
