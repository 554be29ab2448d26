package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/store"
)

var checks = []check{
	{"GetMissing", getMissing},
	{"EmptyValue", emptyValue},
	{"EmptyKeyRefused", emptyKeyRefused},
	{"DeleteMissing", deleteMissing},
	{"ReadYourWrites", readYourWrites},
	{"ScanSeesOwnWrites", scanSeesOwnWrites},
	{"ScanOrder", scanOrder},
	{"ScanStops", scanStops},
	{"ScanLimits", scanLimits},
	{"BigValues", bigValues},
	{"WriteWhileIterating", writeWhileIterating},
	{"CopiesWhatItKeeps", copiesWhatItKeeps},
	{"GivesWhatLasts", givesWhatLasts},
	{"ErrorUnchanged", errorUnchanged},
	{"RollBack", rollBack},
	{"LimitsAllowed", limitsAllowed},
	{"TooLarge", tooLarge},
	{"TooLargeTransaction", tooLargeTransaction},
	{"ContextEnded", contextEnded},
	{"Closed", closedStore},
	{"CancelWhileBusy", cancelWhileBusy},
	{"CloseWaits", closeWaits},
	{"CloseWhileBusy", closeWhileBusy},
	{"SeesWhatReturned", seesWhatReturned},
	{"Atomicity", atomicity},
	{"ConsistentSnapshot", consistentSnapshot},
	{"LostUpdate", lostUpdate},
	{"WriteSkew", writeSkew},
	{"LostDeletion", lostDeletion},
	{"Phantom", phantom},
	{"PhantomAfterBreak", phantomAfterBreak},
	{"SerialHistory", serialHistory},
	{"SerialOrder", serialOrder},
	{"AfterCommit", afterCommit},
}

// put writes pairs of a key and a value, delete is a nil value.
func put(ctx context.Context, s store.Store, pairs ...string) error {
	return s.Update(ctx, func(tx store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

// scan collects a range as "key=value" words.
func scan(r store.Reader, from, to string, reverse bool) ([]string, error) {
	var got []string
	for p, err := range r.Scan([]byte(from), []byte(to), reverse) {
		if err != nil {
			return nil, err
		}
		got = append(got, string(p.Key)+"="+string(p.Value))
	}
	return got, nil
}

func wantScan(r store.Reader, from, to string, reverse bool, want ...string) error {
	got, err := scan(r, from, to, reverse)
	if err != nil {
		return fmt.Errorf("Scan(%q, %q, %v): %w", from, to, reverse, err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("Scan(%q, %q, %v) gave %q, want %q", from, to, reverse, got, want)
	}
	return nil
}

// wantAll checks the whole content of s.
func wantAll(ctx context.Context, s store.Store, want ...string) error {
	return s.View(ctx, func(r store.Reader) error { return wantScan(r, "", "", false, want...) })
}

func wantGet(r store.Reader, key, want string) error {
	got, err := r.Get([]byte(key))
	if err != nil {
		return fmt.Errorf("Get(%q): %w", key, err)
	}
	if got == nil || string(got) != want {
		return fmt.Errorf("Get(%q) = %q (nil: %v), want %q", key, got, got == nil, want)
	}
	return nil
}

func wantNone(r store.Reader, key string) error {
	got, err := r.Get([]byte(key))
	if err != nil || got != nil {
		return fmt.Errorf("Get of the missing key %q gave %q (nil: %v), %v; want nil and no error", key, got, got == nil, err)
	}
	return nil
}

func getMissing(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "b", "1"); err != nil {
		return err
	}
	missing := func(r store.Reader) error {
		for _, k := range []string{"a", "b\x00", "c", ""} {
			if err := wantNone(r, k); err != nil {
				return err
			}
		}
		return wantGet(r, "b", "1")
	}
	if err := s.View(ctx, missing); err != nil {
		return err
	}
	return s.Update(ctx, func(tx store.Tx) error {
		if err := missing(tx); err != nil {
			return err
		}
		if err := tx.Delete([]byte("b")); err != nil {
			return err
		}
		return wantNone(tx, "b")
	})
}

func emptyValue(ctx context.Context, s store.Store) error {
	err := s.Update(ctx, func(tx store.Tx) error {
		if err := tx.Put([]byte("nil"), nil); err != nil {
			return err
		}
		if err := tx.Put([]byte("none"), []byte{}); err != nil {
			return err
		}
		return errors.Join(wantGet(tx, "nil", ""), wantGet(tx, "none", ""))
	})
	if err != nil {
		return err
	}
	return s.View(ctx, func(r store.Reader) error {
		return errors.Join(wantGet(r, "nil", ""), wantGet(r, "none", ""), wantScan(r, "", "", false, "nil=", "none="))
	})
}

func emptyKeyRefused(ctx context.Context, s store.Store) error {
	for _, key := range [][]byte{nil, {}} {
		var refused error
		err := s.Update(ctx, func(tx store.Tx) error {
			if err := tx.Put([]byte("a"), []byte("1")); err != nil {
				return err
			}
			refused = tx.Put(key, []byte("1"))
			return nil
		})
		if refused == nil || err == nil {
			return fmt.Errorf("Put of an empty key gave %v, its Update %v; want errors", refused, err)
		}
	}
	return wantAll(ctx, s)
}

func deleteMissing(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1", "b", "2"); err != nil {
		return err
	}
	err := s.Update(ctx, func(tx store.Tx) error {
		for _, k := range []string{"b", "b", "c"} {
			if err := tx.Delete([]byte(k)); err != nil {
				return fmt.Errorf("Delete(%q): %w", k, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return wantAll(ctx, s, "a=1")
}

func readYourWrites(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1", "b", "2"); err != nil {
		return err
	}
	err := s.Update(ctx, func(tx store.Tx) error {
		err := errors.Join(tx.Put([]byte("a"), []byte("3")), tx.Put([]byte("c"), []byte("4")), tx.Delete([]byte("b")))
		if err != nil {
			return err
		}
		if err := errors.Join(wantGet(tx, "a", "3"), wantGet(tx, "c", "4"), wantNone(tx, "b")); err != nil {
			return err
		}
		if err := errors.Join(tx.Put([]byte("b"), []byte("5")), tx.Delete([]byte("c"))); err != nil {
			return err
		}
		return errors.Join(wantGet(tx, "b", "5"), wantNone(tx, "c"))
	})
	if err != nil {
		return err
	}
	return wantAll(ctx, s, "a=3", "b=5")
}

func scanSeesOwnWrites(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "b", "1", "d", "1", "f", "1"); err != nil {
		return err
	}
	return s.Update(ctx, func(tx store.Tx) error {
		for _, k := range []string{"a", "c", "d", "g"} { // before, between, over and after what is there
			if err := tx.Put([]byte(k), []byte("2")); err != nil {
				return err
			}
		}
		if err := tx.Delete([]byte("f")); err != nil {
			return err
		}
		err := errors.Join(
			wantScan(tx, "", "", false, "a=2", "b=1", "c=2", "d=2", "g=2"),
			wantScan(tx, "", "", true, "g=2", "d=2", "c=2", "b=1", "a=2"),
			wantScan(tx, "b", "d", false, "b=1", "c=2"),
			wantScan(tx, "b", "d", true, "c=2", "b=1"),
			wantScan(tx, "e", "g", false),
			wantScan(tx, "e", "g", true))
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Delete([]byte("g")), tx.Put([]byte("f"), []byte("3"))); err != nil {
			return err
		}
		return wantScan(tx, "e", "", false, "f=3")
	})
}

func scanOrder(ctx context.Context, s store.Store) error {
	// Keys of all octets, some the beginning of others, in an order that is not theirs.
	var keys []string
	for i := range 256 {
		c := string([]byte{byte(i * 37)})
		keys = append(keys, c, c+"\x00", c+"\xff", c+"a"+c)
	}
	err := s.Update(ctx, func(tx store.Tx) error {
		for _, k := range keys {
			if err := tx.Put([]byte(k), []byte(k)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(keys)
	bounds := []string{"", "\x00", "\x00\x00", "a", "a\x00", "aa", "b", "\xfe\xff", "\xff", "\xff\xff", "\xff\xff\xff"}
	return s.View(ctx, func(r store.Reader) error {
		for _, from := range bounds {
			for _, to := range bounds {
				var want []string
				for _, k := range keys {
					if k >= from && (to == "" || k < to) {
						want = append(want, k+"="+k)
					}
				}
				if err := wantScan(r, from, to, false, want...); err != nil {
					return err
				}
				slices.Reverse(want)
				if err := wantScan(r, from, to, true, want...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func scanStops(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1", "b", "2", "c", "3"); err != nil {
		return err
	}
	use := func(r store.Reader) error {
		for _, reverse := range []bool{false, true} {
			want := map[bool]string{false: "a=1", true: "c=3"}[reverse]
			for p, err := range r.Scan(nil, nil, reverse) {
				if err != nil {
					return err
				}
				if got := string(p.Key) + "=" + string(p.Value); got != want {
					return fmt.Errorf("the first of Scan (reverse: %v) is %q, want %q", reverse, got, want)
				}
				// A scan in a scan.
				if err := wantScan(r, "b", "", false, "b=2", "c=3"); err != nil {
					return err
				}
				break
			}
		}
		twice := r.Scan([]byte("b"), nil, false)
		for range 2 {
			n := 0
			for _, err := range twice {
				if err != nil {
					return fmt.Errorf("ranging over a Scan again: %w", err)
				}
				n++
			}
			if n != 2 {
				return fmt.Errorf("ranging over a Scan again gave %d pairs, want 2", n)
			}
		}
		return errors.Join(wantGet(r, "b", "2"), wantScan(r, "", "", false, "a=1", "b=2", "c=3"))
	}
	if err := s.View(ctx, use); err != nil {
		return err
	}
	if err := s.Update(ctx, func(tx store.Tx) error { return use(tx) }); err != nil {
		return err
	}
	return put(ctx, s, "d", "4")
}

// scanLimits reads in pages of every size, both ways: each page goes on where the one before ended. Every second key is of
// the same transaction, so that the limit falls on both kinds.
func scanLimits(ctx context.Context, s store.Store) error {
	const n = 40
	key := func(i int) string { return fmt.Sprintf("k%02d", i) }
	for i := 0; i < n; i += 2 {
		if err := put(ctx, s, key(i), "old"); err != nil {
			return err
		}
	}
	pages := func(r store.Reader, step, limit int, reverse bool) error {
		from, to := "k", "l"
		i, left := 0, n/step
		if reverse {
			i = n - step
		}
		for {
			var page []string
			for p, err := range r.Scan([]byte(from), []byte(to), reverse) {
				if err != nil {
					return err
				}
				page = append(page, string(p.Key))
				if len(page) == limit {
					break
				}
			}
			if len(page) != min(limit, left) {
				return fmt.Errorf("a scan from %q to %q (reverse: %v) with a limit of %d gave %d keys, want %d", from, to, reverse, limit, len(page), min(limit, left))
			}
			for _, k := range page {
				if k != key(i) {
					return fmt.Errorf("a scan from %q to %q (reverse: %v) with a limit of %d gave %q, want %q", from, to, reverse, limit, k, key(i))
				}
				if i += step; reverse {
					i -= 2 * step
				}
				left--
				from = k + "\x00"
				if reverse {
					from, to = "k", k
				}
			}
			if len(page) < limit {
				return nil
			}
		}
	}
	all := func(r store.Reader, step int) error {
		for limit := 1; limit <= n+1; limit += 1 + limit/3 {
			if err := errors.Join(pages(r, step, limit, false), pages(r, step, limit, true)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.View(ctx, func(r store.Reader) error { return all(r, 2) }); err != nil {
		return err
	}
	return s.Update(ctx, func(tx store.Tx) error {
		for i := 1; i < n; i += 2 {
			if err := tx.Put([]byte(key(i)), []byte("new")); err != nil {
				return err
			}
		}
		return all(tx, 1)
	})
}

// bigValues puts values around sizes at which stores change how they keep them.
func bigValues(ctx context.Context, s store.Store) error {
	sizes := []int{1, 127, 128, 255, 256, 2047, 4095, 4096, 8191, 32 << 10, 64<<10 - 1, 64 << 10, 256<<10 + 1, store.MaxValue - 1, store.MaxValue}
	value := func(i, turn int) string {
		return strings.Repeat(string(rune('a'+(i+turn)%26)), sizes[i]-1) + "."
	}
	for turn := range 2 { // the second time over the first
		var want []string
		for i := range sizes {
			k := fmt.Sprintf("k%02d", i)
			if err := put(ctx, s, k, value(i, turn)); err != nil {
				return fmt.Errorf("a value of %d octets: %w", sizes[i], err)
			}
			want = append(want, value(i, turn))
		}
		err := s.View(ctx, func(r store.Reader) error {
			for _, reverse := range []bool{false, true} {
				i, step := 0, 1
				if reverse {
					i, step = len(sizes)-1, -1
				}
				for p, err := range r.Scan(nil, nil, reverse) {
					if err != nil {
						return err
					}
					if i < 0 || i >= len(sizes) || string(p.Value) != want[i] {
						return fmt.Errorf("a scan gave %d octets for %q, or others than were put", len(p.Value), p.Key)
					}
					got, err := r.Get(p.Key)
					if err != nil || string(got) != want[i] {
						return fmt.Errorf("Get of a value of %d octets gave %d, or others: %v", len(want[i]), len(got), err)
					}
					i += step
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

func writeWhileIterating(ctx context.Context, s store.Store) error {
	const n = 200
	key := func(i int) string { return fmt.Sprintf("k%03d", i) }
	for _, reverse := range []bool{false, true} {
		err := s.Update(ctx, func(tx store.Tx) error {
			for i := range n {
				if err := tx.Put([]byte(key(i)), []byte("old")); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = s.Update(ctx, func(tx store.Tx) error {
			// With a write before, so that a store that treats untouched transactions differently shows both ways.
			if reverse {
				if err := tx.Put([]byte("j"), nil); err != nil {
					return err
				}
			}
			seen := map[string]int{}
			for p, err := range tx.Scan([]byte("k"), []byte("l"), reverse) {
				if err != nil {
					return err
				}
				k := string(p.Key)
				seen[k]++
				switch len(seen) % 3 {
				case 0:
					err = tx.Delete([]byte(k))
				case 1:
					err = tx.Put([]byte(k), []byte("new"))
				case 2:
					err = errors.Join(tx.Delete([]byte(k)), tx.Put([]byte("m"+k), []byte("moved")))
				}
				if err != nil {
					return fmt.Errorf("writing while iterating: %w", err)
				}
				if k != string(p.Key) {
					return fmt.Errorf("a write in the loop changed the key of the step from %q to %q", k, p.Key)
				}
			}
			for i := range n {
				if seen[key(i)] != 1 {
					return fmt.Errorf("a scan with writes in its loop gave %q %d times, want once", key(i), seen[key(i)])
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = s.Update(ctx, func(tx store.Tx) error {
			kept, err := scan(tx, "k", "l", false)
			if err != nil {
				return err
			}
			moved, err := scan(tx, "m", "n", false)
			if err != nil {
				return err
			}
			if len(kept) != (n+2)/3 || len(moved) != (n+1)/3 {
				return fmt.Errorf("after writes in a loop %d keys stayed and %d moved, want %d and %d", len(kept), len(moved), (n+2)/3, (n+1)/3)
			}
			for _, p := range append(kept, moved...) {
				if strings.HasSuffix(p, "=old") {
					return fmt.Errorf("%s was written in a loop, and is old", p)
				}
				k, _, _ := strings.Cut(p, "=")
				if err := tx.Delete([]byte(k)); err != nil {
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

func copiesWhatItKeeps(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "gone", "1"); err != nil {
		return err
	}
	key, value, del := []byte("a"), []byte("1"), []byte("gone")
	err := s.Update(ctx, func(tx store.Tx) error {
		copy(key, "a")
		copy(value, "1")
		copy(del, "gone")
		if err := errors.Join(tx.Put(key, value), tx.Delete(del)); err != nil {
			return err
		}
		key[0], value[0], del[0] = 'z', '9', 'z'
		return errors.Join(wantGet(tx, "a", "1"), wantScan(tx, "", "", false, "a=1"))
	})
	if err != nil {
		return err
	}
	key[0], value[0] = 'y', '8'
	from, to := []byte("a"), []byte("b")
	err = s.View(ctx, func(r store.Reader) error {
		seq := r.Scan(from, to, false)
		from[0], to[0] = 'x', 'y'
		n := 0
		for range seq {
			n++
		}
		if n != 1 {
			return fmt.Errorf("a Scan changed with the bounds that the caller reused: %d pairs, want 1", n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return wantAll(ctx, s, "a=1")
}

func givesWhatLasts(ctx context.Context, s store.Store) error {
	big := strings.Repeat("x", 100_000)
	pairs := []string{"big", big}
	for i := range 100 {
		pairs = append(pairs, fmt.Sprintf("k%02d", i), fmt.Sprintf("value %02d", i))
	}
	if err := put(ctx, s, pairs...); err != nil {
		return err
	}
	use := func(r store.Reader) error {
		var got [][]byte
		for i := 0; i < len(pairs); i += 2 {
			v, err := r.Get([]byte(pairs[i]))
			if err != nil {
				return err
			}
			got = append(got, v)
			if tx, ok := r.(store.Tx); ok {
				if err := tx.Put([]byte(pairs[i]), bytes.Repeat([]byte("-"), len(v))); err != nil {
					return err
				}
			}
		}
		if _, err := scan(r, "", "", false); err != nil {
			return err
		}
		for i, v := range got {
			if want := pairs[2*i+1]; string(v) != want {
				return fmt.Errorf("the value of %q changed from %.20q to %.20q while fn ran", pairs[2*i], want, v)
			}
		}
		return nil
	}
	if err := s.View(ctx, use); err != nil {
		return err
	}
	rollBack := errors.New("roll back")
	if err := s.Update(ctx, func(tx store.Tx) error { return cmpError(use(tx), rollBack) }); err != rollBack {
		return err
	}
	// What one transaction got must not change because another one commits.
	return s.View(ctx, use)
}

func cmpError(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// testError is a pointer, so that == tells it from a copy.
type testError struct{ s string }

func (e *testError) Error() string { return e.s }

func errorUnchanged(ctx context.Context, s store.Store) error {
	want := error(&testError{"the caller's own"})
	if got := s.View(ctx, func(store.Reader) error { return want }); got != want {
		return fmt.Errorf("View returned %v (%T) for the error of fn, want it unchanged", got, got)
	}
	if got := s.Update(ctx, func(store.Tx) error { return want }); got != want {
		return fmt.Errorf("Update returned %v (%T) for the error of fn, want it unchanged", got, got)
	}
	got := s.Update(ctx, func(tx store.Tx) error { return cmpError(tx.Put([]byte("a"), nil), want) })
	if got != want {
		return fmt.Errorf("Update with a write returned %v (%T) for the error of fn, want it unchanged", got, got)
	}
	return nil
}

func rollBack(ctx context.Context, s store.Store) error {
	if err := put(ctx, s, "a", "1", "b", "2"); err != nil {
		return err
	}
	failed := errors.New("failed")
	err := s.Update(ctx, func(tx store.Tx) error {
		err := errors.Join(tx.Put([]byte("a"), []byte("3")), tx.Put([]byte("c"), []byte("4")), tx.Delete([]byte("b")))
		return cmpError(err, failed)
	})
	if err != failed {
		return fmt.Errorf("Update returned %v, want the error of fn", err)
	}
	return wantAll(ctx, s, "a=1", "b=2")
}

func limitsAllowed(ctx context.Context, s store.Store) error {
	key := strings.Repeat("k", store.MaxKey)
	value := strings.Repeat("v", store.MaxValue)
	if err := put(ctx, s, key, value); err != nil {
		return fmt.Errorf("key and value at their limits: %w", err)
	}
	err := s.View(ctx, func(r store.Reader) error {
		got, err := r.Get([]byte(key))
		if err == nil && string(got) != value {
			err = fmt.Errorf("a value of %d octets came back with %d octets, or changed", len(value), len(got))
		}
		return err
	})
	if err != nil {
		return err
	}
	// A transaction at its limit.
	err = s.Update(ctx, func(tx store.Tx) error {
		for left, i := store.MaxTx, 0; left > 0; i++ {
			k := fmt.Sprintf("part%04d", i)
			n := min(left-len(k), store.MaxValue)
			if rest := left - len(k) - n; rest > 0 && rest < len(k) {
				n -= len(k) // leave room for the key of the last part
			}
			left -= len(k) + n
			if err := tx.Put([]byte(k), []byte(value[:n])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("transaction of %d octets: %w", store.MaxTx, err)
	}
	return nil
}

func tooLarge(ctx context.Context, s store.Store) error {
	for what, p := range map[string]store.Pair{
		"key":   {Key: make([]byte, store.MaxKey+1)},
		"value": {Key: []byte("b"), Value: make([]byte, store.MaxValue+1)},
	} {
		for _, pass := range []bool{true, false} {
			var refused error
			err := s.Update(ctx, func(tx store.Tx) error {
				if err := tx.Put([]byte("a"), []byte("1")); err != nil {
					return err
				}
				if refused = tx.Put(p.Key, p.Value); pass {
					return refused
				}
				return nil
			})
			if !errors.Is(err, store.ErrTooLarge) {
				return fmt.Errorf("a %s above its limit (fn returns the error of Put: %v): Put gave %v, Update %v; want ErrTooLarge", what, pass, refused, err)
			}
		}
	}
	return wantAll(ctx, s)
}

func tooLargeTransaction(ctx context.Context, s store.Store) error {
	for _, pass := range []bool{true, false} {
		err := s.Update(ctx, func(tx store.Tx) error {
			for i := range store.MaxTx/store.MaxValue + 1 {
				if err := tx.Put(fmt.Appendf(nil, "part%04d", i), make([]byte, store.MaxValue)); err != nil && pass {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, store.ErrTooLarge) {
			return fmt.Errorf("a transaction above its limit: %v; want ErrTooLarge", err)
		}
	}
	return wantAll(ctx, s)
}
