package t8_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/t8"
)

func TestFeatures(t *testing.T) {
	// Feature n is bit n-1; the last digit holds features 1 to 4 (TS 29.571 SupportedFeatures).
	f, err := t8.ParseFeatures("1a")
	require.NoError(t, err)
	require.Equal(t, []int{2, 4, 5}, f.Numbers())
	require.True(t, f.Has(5))
	require.False(t, f.Has(1))
	require.False(t, f.Has(0))
	require.False(t, f.Has(-3))
	require.False(t, f.Has(1000))
	require.Equal(t, t8.Features("1A"), t8.FeatureSet(2, 4, 5))
	require.Equal(t, t8.Features("0"), t8.FeatureSet())
	require.Equal(t, t8.Features("100000000000000000000000000"), t8.FeatureSet(105))
	require.Equal(t, t8.Features("12"), t8.FeatureSet(1, 2, 5).Intersect("0fff00a00f2"), "unknown bits go")
	require.Equal(t, t8.Features("0"), t8.Features("8").Intersect("7"))
	require.Equal(t, t8.Features("0"), t8.Features("").Intersect("ff"))
	require.True(t, t8.Features("00a").Equal("A"))
	require.False(t, t8.Features("1").Equal(""))
	for _, s := range []string{"g", "0x1", " 1", "1\n"} {
		_, err := t8.ParseFeatures(s)
		require.Error(t, err, s)
	}
	require.Len(t, t8.NIDDFeatureNames(), 9)
}

func FuzzFeatures(f *testing.F) {
	f.Add("1A", "ff")
	f.Add("", "0")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := t8.ParseFeatures(a)
		y, errY := t8.ParseFeatures(b)
		if errX != nil || errY != nil {
			return
		}
		both := x.Intersect(y)
		if both != y.Intersect(x) {
			t.Fatalf("%q and %q: the order matters", a, b)
		}
		for n := 1; n <= 4*max(len(a), len(b)); n++ {
			if both.Has(n) != (x.Has(n) && y.Has(n)) {
				t.Fatalf("%q and %q give %q: feature %d", a, b, both, n)
			}
		}
		if !t8.FeatureSet(both.Numbers()...).Equal(both) {
			t.Fatalf("%q: numbers %v", both, both.Numbers())
		}
	})
}
