package t8

import (
	"errors"
	"math"
	"strconv"
	"time"
)

// DurationSec is a time.Duration that the wire carries in whole seconds (TS 29.122 §5.2.1); a fraction is rounded
// up, so that a wish for a short time never becomes none at all. It is not negative.
type DurationSec time.Duration

// Duration returns d as a time.Duration.
func (d DurationSec) Duration() time.Duration { return time.Duration(d) }

// String is that of time.Duration.
func (d DurationSec) String() string { return time.Duration(d).String() }

// Seconds returns the value as the wire carries it.
func (d DurationSec) Seconds() int64 { return wholeUnits(int64(d), time.Second) }

// MarshalJSON writes whole seconds.
func (d DurationSec) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, d.Seconds(), 10), nil
}

// UnmarshalJSON reads whole seconds; what a time.Duration cannot hold (292 years) becomes the longest one.
func (d *DurationSec) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return errors.New("t8: not a number of seconds")
	}
	*d = DurationSec(ofUnits(n, time.Second))
	return nil
}

// DurationMin is a time.Duration that the wire carries in whole minutes (TS 29.122 §5.2.1); a fraction is rounded up.
// It is not negative.
type DurationMin time.Duration

// Duration returns d as a time.Duration.
func (d DurationMin) Duration() time.Duration { return time.Duration(d) }

// String is that of time.Duration.
func (d DurationMin) String() string { return time.Duration(d).String() }

// Minutes returns the value as the wire carries it.
func (d DurationMin) Minutes() int64 { return wholeUnits(int64(d), time.Minute) }

// MarshalJSON writes whole minutes.
func (d DurationMin) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, d.Minutes(), 10), nil
}

// UnmarshalJSON reads whole minutes; what a time.Duration cannot hold (292 years) becomes the longest one.
func (d *DurationMin) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return errors.New("t8: not a number of minutes")
	}
	*d = DurationMin(ofUnits(n, time.Minute))
	return nil
}

// wholeUnits returns nanoseconds in units, rounded up; what is negative counts as none.
func wholeUnits(nanoseconds int64, unit time.Duration) int64 {
	if nanoseconds <= 0 {
		return 0
	}
	n := nanoseconds / int64(unit)
	if nanoseconds%int64(unit) != 0 {
		n++
	}
	return n
}

// ofUnits returns n units in nanoseconds, at most the longest time.Duration.
func ofUnits(n int64, unit time.Duration) int64 {
	if n > math.MaxInt64/int64(unit) {
		return math.MaxInt64
	}
	return n * int64(unit)
}
