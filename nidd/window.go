package nidd

import "time"

// window counts what was spent of an allowance in a time unit. It begins with the first that is spent and ends a unit
// later; what is spent then begins the next. The zero window has nothing spent. It looks at no clock.
type window struct {
	used uint64
	ends int64 // Unix time in nanoseconds; 0: not begun
}

// allowance is how much may be spent in a unit; without a unit there is no limit.
type allowance struct {
	most uint64
	unit time.Duration
}

// turn brings w to the instant now: a window that has ended is empty, and one that was begun with a longer unit ends a unit
// from now at the latest.
func (w *window) turn(unit time.Duration, now time.Time) {
	switch at := now.UnixNano(); {
	case w.ends <= at:
		*w = window{}
	case w.ends > at+int64(unit):
		w.ends = at + int64(unit)
	}
}

// fits reports whether n more fit into a. If not, free is when the window ends; where none has begun, since a is less than n,
// that is a unit from now.
func (w *window) fits(n uint64, a allowance, now time.Time) (ok bool, free time.Time) {
	if a.unit == 0 {
		return true, time.Time{}
	}
	w.turn(a.unit, now)
	switch {
	case n <= a.most && w.used <= a.most-n:
		return true, time.Time{}
	case w.ends == 0:
		return false, now.Add(a.unit)
	}
	return false, time.Unix(0, w.ends)
}

// spend counts n, whether it fits or not.
func (w *window) spend(n uint64, unit time.Duration, now time.Time) {
	w.turn(unit, now)
	if w.ends == 0 {
		w.ends = now.Add(unit).UnixNano()
	}
	w.used += n
}

// restore takes back n that were spent, as far as the window still knows them.
func (w *window) restore(n uint64) { w.used -= min(n, w.used) }

// left returns how much of a is left.
func (w *window) left(a allowance, now time.Time) uint64 {
	w.turn(a.unit, now)
	return a.most - min(w.used, a.most)
}

// remaining returns a window in which left of a is left until the instant given.
func remaining(a allowance, left uint64, until time.Time) window {
	return window{used: a.most - min(left, a.most), ends: until.UnixNano()}
}

// live reports whether w still counts at the instant now.
func (w *window) live(now time.Time) bool { return w.ends > now.UnixNano() }
