package t8_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

func TestURIs(t *testing.T) {
	for _, root := range []string{"https://scef.example.com", "https://scef.example.com/", "http://10.0.0.1:8080/a/b"} {
		for _, as := range []id.SCSASID{"as-1", "a/b c?%#\u00e9", "3gpp-nidd"} {
			scsas, config, ok := t8.ParseNIDDConfigurationURI(t8.NIDDConfigurationURI(root, as, "c/1"))
			require.True(t, ok)
			require.Equal(t, []any{as, "c/1"}, []any{scsas, config})

			scsas, config, delivery, ok := t8.ParseNIDDDeliveryURI(t8.NIDDDeliveryURI(root, as, "c", "d 1"))
			require.True(t, ok)
			require.Equal(t, []any{as, "c", "d 1"}, []any{scsas, config, delivery})

			scsas, config, port, ok := t8.ParseNIDDPortURI(t8.NIDDPortURI(root, as, "c", "ue1-ef2"))
			require.True(t, ok)
			require.Equal(t, []any{as, "c", "ue1-ef2"}, []any{scsas, config, port})
		}
	}
	require.Equal(t, "https://x/3gpp-nidd/v1/a%2Fb/configurations", t8.NIDDConfigurationsURI("https://x", "a/b"))
	for _, bad := range []string{"", "https://x/3gpp-nidd/v1/a/configurations", "https://x/3gpp-nidd/v1/a/configurations/", "https://x/3gpp-nidd/v1/a/configurations/c?x", "https://x/3gpp-nidd/v1/a/other/c", "https://x/3gpp-nidd/v2/a/configurations/c", "https://x/3gpp-nidd/v1/%zz/configurations/c"} {
		_, _, ok := t8.ParseNIDDConfigurationURI(bad)
		require.False(t, ok, bad)
	}
	_, _, _, ok := t8.ParseNIDDDeliveryURI(t8.NIDDPortURI("https://x", "a", "c", "ue1-ef2"))
	require.False(t, ok)
}

func TestPortID(t *testing.T) {
	p := t8.RDSPort{PortUE: 15, PortSCEF: 0}
	require.Equal(t, "ue15-ef0", t8.PortID(p))
	got, ok := t8.ParsePortID("ue15-ef0")
	require.True(t, ok)
	require.Equal(t, p, got)
	for _, bad := range []string{"", "ue1", "ue16-ef0", "ue1-ef16", "ue01-ef0", "ue-1-ef0", "ue1-ef", "xx1-ef1", "ue1-ef1 ", "ue+1-ef1"} {
		_, ok := t8.ParsePortID(bad)
		require.False(t, ok, bad)
	}
}
