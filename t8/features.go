package t8

import (
	"errors"
	"fmt"
)

// Features is a set of optional features as T8 writes it (SupportedFeatures, TS 29.571 §5.2.2): hexadecimal digits of
// any number, the last of which holds features 1 to 4. The empty string means that the member is absent, "0" that it is
// there and names none; both are the empty set. Two texts can mean the same set, so compare with Equal.
type Features string

var errFeatures = errors.New("hexadecimal digits are wanted")

// ParseFeatures checks s and returns it as Features.
func ParseFeatures(s string) (Features, error) {
	for i := range len(s) {
		if nibble(s[i]) < 0 {
			return "", fmt.Errorf("t8: features: character %d: %w", i+1, errFeatures)
		}
	}
	return Features(s), nil
}

// FeatureSet returns the set of the given feature numbers, which count from 1; others are left out.
func FeatureSet(numbers ...int) Features {
	most := 0
	for _, n := range numbers {
		most = max(most, n)
	}
	digits := make([]byte, max(1, (most+3)/4))
	for _, n := range numbers {
		if n > 0 {
			digits[len(digits)-1-(n-1)/4] |= 1 << ((n - 1) % 4)
		}
	}
	for i, d := range digits {
		digits[i] = "0123456789ABCDEF"[d]
	}
	return Features(digits)
}

// Has reports whether feature n is in the set.
func (f Features) Has(n int) bool {
	i := len(f) - 1 - (n-1)/4
	if n < 1 || i < 0 {
		return false
	}
	d := nibble(f[i])
	return d > 0 && d>>((n-1)%4)&1 == 1
}

// Intersect returns the features that are in both sets, in the shortest form and upper case; "0" when there are none.
func (f Features) Intersect(g Features) Features {
	if len(f) > len(g) {
		f, g = g, f
	}
	g = g[len(g)-len(f):]
	both := make([]byte, 0, len(f)+1)
	for i := range len(f) {
		d := max(nibble(f[i]), 0) & max(nibble(g[i]), 0)
		if d != 0 || len(both) > 0 {
			both = append(both, "0123456789ABCDEF"[d])
		}
	}
	if len(both) == 0 {
		return "0"
	}
	return Features(both)
}

// Equal reports whether both are the same set.
func (f Features) Equal(g Features) bool { return f.Intersect(f) == g.Intersect(g) }

// Numbers returns the features of the set in ascending order.
func (f Features) Numbers() []int {
	var all []int
	for n := 1; n <= 4*len(f); n++ {
		if f.Has(n) {
			all = append(all, n)
		}
	}
	return all
}

func (f Features) valid() error {
	_, err := ParseFeatures(string(f))
	if err != nil {
		return errFeatures
	}
	return nil
}

func nibble(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// The features of the NIDD API (TS 29.122 §5.6.4). The names are those of the standard; the NUMBERS ARE NOT CONFIRMED
// against table 5.6.4-1. A correction is made here and nowhere else.
const (
	FeatureGroupMessageDelivery           = 1
	FeatureNotificationWebsocket          = 2
	FeatureNotificationTestEvent          = 3
	FeatureMTNIDDModificationCancellation = 4
	FeatureRDSPortVerification            = 5
	FeatureRDSDynamicPort                 = 6
	FeatureEnNB                           = 7
	FeatureRDSSerializationFormat         = 8
	FeaturePatchUpdate                    = 9
)

// NIDDFeatureNames gives the names that TS 29.122 §5.6.4 uses for the features of the NIDD API, by number.
func NIDDFeatureNames() map[int]string {
	return map[int]string{
		FeatureGroupMessageDelivery:           "GroupMessageDelivery",
		FeatureNotificationWebsocket:          "Notification_websocket",
		FeatureNotificationTestEvent:          "Notification_test_event",
		FeatureMTNIDDModificationCancellation: "MT_NIDD_modification_cancellation",
		FeatureRDSPortVerification:            "Rds_port_verification",
		FeatureRDSDynamicPort:                 "Rds_dynamic_port",
		FeatureEnNB:                           "enNB",
		FeatureRDSSerializationFormat:         "Rds_serialization_format",
		FeaturePatchUpdate:                    "PatchUpdate",
	}
}
