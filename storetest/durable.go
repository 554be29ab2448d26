package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/scefkit/scefkit/store"
)

type durableCheck struct {
	name  string
	check func(ctx context.Context, open func() store.Store) error
}

var durableChecks = []durableCheck{
	{"KeepsWrites", keepsWrites},
	{"KeepsDeletes", keepsDeletes},
	{"KeepsNothingElse", keepsNothingElse},
	{"KeepsMuch", keepsMuch},
	{"KeepsAcknowledged", keepsAcknowledged},
}

// session opens the store, uses it and closes it.
func session(open func() store.Store, use func(s store.Store) error) error {
	s := open()
	err := use(s)
	if cerr := s.Close(); cerr != nil {
		err = errors.Join(err, fmt.Errorf("Close: %w", cerr))
	}
	return err
}

func keepsWrites(ctx context.Context, open func() store.Store) error {
	return errors.Join(
		session(open, func(s store.Store) error {
			return put(ctx, s, "a", "1", "empty", "", "\x00", "zero", "\xff\xff", "high")
		}),
		session(open, func(s store.Store) error { // a session that only reads, then one that overwrites
			return wantAll(ctx, s, "\x00=zero", "a=1", "empty=", "\xff\xff=high")
		}),
		session(open, func(s store.Store) error { return put(ctx, s, "a", "2", "b", "3") }),
		session(open, func(s store.Store) error {
			return s.View(ctx, func(r store.Reader) error {
				return errors.Join(wantScan(r, "", "", false, "\x00=zero", "a=2", "b=3", "empty=", "\xff\xff=high"),
					wantGet(r, "empty", ""), wantNone(r, "c"))
			})
		}))
}

func keepsDeletes(ctx context.Context, open func() store.Store) error {
	return errors.Join(
		session(open, func(s store.Store) error { return put(ctx, s, "a", "1", "b", "2", "c", "3") }),
		session(open, func(s store.Store) error {
			return s.Update(ctx, func(tx store.Tx) error { return tx.Delete([]byte("b")) })
		}),
		session(open, func(s store.Store) error { return wantAll(ctx, s, "a=1", "c=3") }))
}

func keepsNothingElse(ctx context.Context, open func() store.Store) error {
	failed := errors.New("failed")
	return errors.Join(
		session(open, func(s store.Store) error { return put(ctx, s, "a", "1") }),
		session(open, func(s store.Store) error {
			err := s.Update(ctx, func(tx store.Tx) error { return cmpError(tx.Put([]byte("a"), []byte("2")), failed) })
			if err != failed {
				return fmt.Errorf("Update returned %v, want the error of fn", err)
			}
			return nil
		}),
		session(open, func(s store.Store) error { return wantAll(ctx, s, "a=1") }))
}

func keepsMuch(ctx context.Context, open func() store.Store) error {
	const writers, commits = 8, 40
	key := func(w, i int) string { return fmt.Sprintf("key/%d/%03d", w, i) }
	value := func(w, i int) string { return strings.Repeat(fmt.Sprint(w, ",", i, ";"), 10+i*37) }
	err := session(open, func(s store.Store) error {
		return parallel(writers, func(w int) error {
			for i := range commits {
				if err := put(ctx, s, key(w, i), value(w, i), fmt.Sprint("last/", w), fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	return session(open, func(s store.Store) error {
		return s.View(ctx, func(r store.Reader) error {
			for w := range writers {
				for i := range commits {
					if err := wantGet(r, key(w, i), value(w, i)); err != nil {
						return err
					}
				}
				if err := wantGet(r, fmt.Sprint("last/", w), fmt.Sprint(commits-1)); err != nil {
					return err
				}
			}
			all, err := scan(r, "key/", "key0", true)
			if err == nil && len(all) != writers*commits {
				err = fmt.Errorf("a scan gave %d keys, want %d", len(all), writers*commits)
			}
			return err
		})
	})
}
