package t8

import (
	"errors"
	"time"
)

var errDateTime = errors.New("must be a date and time of RFC 3339")

// readDateTime reads a date-time of RFC 3339 §5.6 (TS 29.122 §5.2.1). It is stricter than package time, which takes an hour
// of one digit, a comma before the fraction of a second, and offsets of 24 hours or 60 minutes, some of which it then
// refuses to write. Nor does it take a time whose year is not 0 to 9999 in UTC, so that what it returns can be written in
// UTC as well. Leap seconds are refused.
func readDateTime(s []byte) (time.Time, error) {
	const hour, fraction = len("2006-01-02T"), len("2006-01-02T15:04:05")
	var t time.Time
	if t.UnmarshalText(s) != nil || s[hour+2] != ':' || s[fraction] == ',' || !validOffset(s) {
		return time.Time{}, errDateTime
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return time.Time{}, errDateTime
	}
	return t, nil
}

// validOffset reports whether a time that package time has read ends with an offset of at most 23:59, or with none.
func validOffset(s []byte) bool {
	n := len(s) - len("+00:00")
	if n < 0 || s[n] != '+' && s[n] != '-' {
		return true
	}
	return string(s[n+1:n+3]) <= "23" && string(s[n+4:]) <= "59"
}
