package t8

import (
	"errors"
	"time"
)

// DayOfWeek is a day of the week as T8 counts it: 1 is Monday, 7 is Sunday (TS 29.122 §5.2.1). Zero is no day.
type DayOfWeek int

// The days of the week.
const (
	Monday DayOfWeek = iota + 1
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
)

// Weekday returns the day as package time counts it, where Sunday is 0.
func (d DayOfWeek) Weekday() time.Weekday { return time.Weekday(d % 7) }

// DayOf returns a day of package time as T8 counts it.
func DayOf(d time.Weekday) DayOfWeek {
	if d == time.Sunday {
		return Sunday
	}
	return DayOfWeek(d)
}

// String is the English name of the day.
func (d DayOfWeek) String() string {
	if d < Monday || d > Sunday {
		return "no day"
	}
	return d.Weekday().String()
}

// TimeOfDay is a time without a date, as 20:15:00, 20:15:00.5, 20:15:00Z or 20:15:00-08:00 (TS 29.122 §5.2.1, RFC 3339
// partial-time or full-time). Empty is no time.
type TimeOfDay string

var errTimeOfDay = errors.New("must be a time of day of RFC 3339 as 20:15:00 or 20:15:00-08:00")

// SinceMidnight returns how long after midnight UTC it is, at least 0 and less than 24 h; a time without an offset is
// taken as UTC. A leap second counts as the second before it.
func (t TimeOfDay) SinceMidnight() (time.Duration, error) {
	const day = 24 * time.Hour
	s := []byte(t)
	if len(s) >= 8 && s[6] == '6' && s[7] == '0' { // package time knows no leap seconds
		s[6], s[7] = '5', '9'
	}
	at, err := time.Parse("15:04:05Z07:00", string(s))
	if err != nil {
		at, err = time.Parse("15:04:05", string(s))
	}
	if err != nil || len(s) < 8 || s[2] != ':' || len(s) > 8 && s[8] == ',' || !validOffset(s) {
		return 0, errTimeOfDay
	}
	at = at.UTC()
	since := at.Sub(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC))
	return since % day, nil
}

func checkTimeOfDay(s string) error {
	_, err := TimeOfDay(s).SinceMidnight()
	return err
}
