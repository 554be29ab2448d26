package t8

import (
	"errors"
	"time"
)

var errDateTime = errors.New("must be a date and time of RFC 3339")

// readDateTime reads a date-time of RFC 3339 §5.6 (TS 29.122 §5.2.1). It is stricter than package time, which takes an hour
// of one digit, a comma before the fraction of a second, and offsets of 24 hours or 60 minutes, some of which it then
// refuses to write. What it returns can be written, see canBeWritten. Leap seconds are refused.
func readDateTime(s []byte) (time.Time, error) {
	const hour, fraction = len("2006-01-02T"), len("2006-01-02T15:04:05")
	var t time.Time
	if t.UnmarshalText(s) != nil || s[hour+2] != ':' || s[fraction] == ',' || !validOffset(s) {
		return time.Time{}, errDateTime
	}
	if !canBeWritten(t) {
		return time.Time{}, errDateTime
	}
	return t, nil
}

// canBeWritten reports whether RFC 3339 has a text for t, in its own zone and in UTC.
func canBeWritten(t time.Time) bool {
	const day = 24 * 60 * 60
	_, offset := t.Zone()
	local, utc := t.Year(), t.UTC().Year()
	return min(local, utc) >= 0 && max(local, utc) <= 9999 && -day < offset && offset < day
}

// validOffset reports whether a time that package time has read ends with an offset of at most 23:59, or with none.
func validOffset(s []byte) bool {
	n := len(s) - len("+00:00")
	if n < 0 || s[n] != '+' && s[n] != '-' {
		return true
	}
	return string(s[n+1:n+3]) <= "23" && string(s[n+4:]) <= "59"
}
