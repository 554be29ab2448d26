package t6a

import (
	"fmt"
	"time"
)

// ntpOffset is the number of seconds from 1900, where NTP starts to count, to 1970.
const ntpOffset = 2208988800

// ParseValidityTime returns the moment in the AVP APN-Rate-Control-Status-Validity-Time (TS 29.128, coded as in
// TS 29.274 §8.38): until then what is left of the APN rate control counts. It is an NTP time stamp of 64 bits:
//
//	bits 63 to 32   seconds from 1900-01-01 UTC; the count wraps on 2036-02-07, and values below 0x80000000 come after that
//	bits 31 to 0    fraction of a second
//
// The result is in UTC and has whole nanoseconds.
func ParseValidityTime(v uint64) time.Time {
	s := int64(v>>32) - ntpOffset
	if v>>63 == 0 {
		s += 1 << 32
	}
	ns := (v&0xffff_ffff*1e9 + 1<<31) >> 32
	return time.Unix(s, int64(ns)).UTC()
}

// ValidityTime returns the value of APN-Rate-Control-Status-Validity-Time for t, see [ParseValidityTime]. Only times from
// 1968-01-20 03:14:08 to 2104-02-26 09:42:23 UTC can be told apart; another one is an error.
func ValidityTime(t time.Time) (uint64, error) {
	s := t.Unix() + ntpOffset
	if s < 1<<31 || s >= 1<<32+1<<31 {
		return 0, fmt.Errorf("t6a: %v does not fit an NTP time stamp", t)
	}
	fraction := (uint64(t.Nanosecond())<<32 + 5e8) / 1e9
	return uint64(s)<<32 | fraction, nil
}
