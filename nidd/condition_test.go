package nidd_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// etag reads the ETag of a resource through the HTTP handler.
func (b *bench) etag(uri string) string {
	h, err := t8.NewHandler(everybody{}, nil, t8.NIDDAPI(b.p))
	require.NoError(b.t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", uri, nil))
	require.Equal(b.t, 200, w.Code)
	require.NotEmpty(b.t, w.Header().Get("ETag"))
	return w.Header().Get("ETag")
}

// A change on a condition is compared in the transaction, also when nobody looked before.
func TestConditions(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		d := b.buffer(cfg, "old", latency(time.Hour))
		configURI := t8.NIDDConfigurationURI(root1, as1, cfg)
		deliveryURI := t8.NIDDDeliveryURI(root1, as1, cfg, d)
		data := func(s string) *t8.NIDDDownlinkDataTransfer {
			return &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte(s)}
		}

		seen := t8.IfMatch(t.Context(), b.etag(deliveryURI))
		_, err := b.p.ReplaceDelivery(seen, as1, cfg, d, data("new"))
		require.NoError(t, err)
		_, err = b.p.ReplaceDelivery(seen, as1, cfg, d, data("late"))
		require.ErrorIs(t, err, fault.PreconditionFailed)
		_, err = b.p.ModifyDelivery(seen, as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Data: t8.Set([]byte("late"))})
		require.ErrorIs(t, err, fault.PreconditionFailed)
		require.ErrorIs(t, b.p.CancelDelivery(seen, as1, cfg, d), fault.PreconditionFailed)
		got, err := b.p.Delivery(t.Context(), as1, cfg, d)
		require.NoError(t, err)
		require.Equal(t, "new", string(got.Data))

		seen = t8.IfMatch(t.Context(), b.etag(configURI))
		patch := &t8.NIDDConfigurationPatch{PDNEstablishmentOption: t8.Set(t8.IndicateError)}
		_, err = b.p.ModifyConfiguration(seen, as1, cfg, patch)
		require.NoError(t, err)
		_, err = b.p.ModifyConfiguration(seen, as1, cfg, &t8.NIDDConfigurationPatch{PDNEstablishmentOption: t8.Set(t8.WaitForUE)})
		require.ErrorIs(t, err, fault.PreconditionFailed)
		require.ErrorIs(t, b.p.DeleteConfiguration(seen, as1, cfg), fault.PreconditionFailed)
		c, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.Equal(t, t8.IndicateError, c.PDNEstablishmentOption)

		require.NoError(t, b.p.CancelDelivery(t8.IfMatch(t.Context(), b.etag(deliveryURI)), as1, cfg, d))
		require.NoError(t, b.p.DeleteConfiguration(t8.IfMatch(t.Context(), b.etag(configURI)), as1, cfg))
	})
}
