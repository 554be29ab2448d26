package scef_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

var withTest = t8.FeatureSet(append(features.Numbers(), t8.FeatureNotificationTestEvent)...)

// An SCS/AS that asks for a test notification gets one at its destination, when both sides have the feature.
func TestTestNotification(t *testing.T) {
	b := start(t)
	as, url := b.as("as1")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	create := func(n int, asked bool, f t8.Features) *t8.NIDDConfiguration {
		t.Helper()
		b.provision(n, "as1")
		c, err := as.NIDD().CreateConfiguration(ctx, "as1", &t8.NIDDConfiguration{
			ExternalID: externalOf(n), NotificationDestination: url, SupportedFeatures: f, RequestTestNotification: asked,
		})
		require.NoError(t, err)
		return c
	}
	silent := []*t8.NIDDConfiguration{create(1, true, features), create(2, false, withTest), create(3, true, "")}
	for _, c := range silent {
		require.False(t, c.RequestTestNotification)
	}
	c := create(4, true, withTest)
	require.True(t, c.RequestTestNotification)
	require.True(t, c.SupportedFeatures.Has(t8.FeatureNotificationTestEvent))
	got, err := sim.Next[t8.TestNotification](ctx, as)
	require.NoError(t, err)
	require.Equal(t, c.Self, got.Subscription)
	require.Len(t, as.Notifications(), 1, "the others asked for none, or could not")
	read, err := as.NIDD().Configuration(ctx, "as1", c.Self)
	require.NoError(t, err)
	require.True(t, read.RequestTestNotification)
}

// The notifications of a configuration go over the WebSocket that its SCS/AS opened, and are posted before and after.
func TestWebSocketNotifications(t *testing.T) {
	b := start(t, func(s *setup) { s.opts.WebSockets = &t8.WebSocketsOptions{} })
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue := b.provision(1, "as1")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, err := as.NIDD().CreateConfiguration(ctx, "as1", &t8.NIDDConfiguration{
		ExternalID: externalOf(1), NotificationDestination: url, RequestTestNotification: true,
		SupportedFeatures:  t8.FeatureSet(append(withTest.Numbers(), t8.FeatureNotificationWebsocket)...),
		WebsockNotifConfig: &t8.WebsockNotifConfig{RequestWebsocketURI: true},
	})
	require.NoError(t, err)
	require.NotNil(t, c.WebsockNotifConfig)
	_, err = sim.Next[t8.TestNotification](ctx, as)
	require.NoError(t, err, "posted while no socket is open")

	over := make(chan *t8.NIDDUplinkDataNotification, 1)
	receiving, stop := context.WithCancel(ctx)
	done, connected := make(chan error, 1), make(chan struct{}, 1)
	go func() {
		done <- t8.ReceiveWebSocket(receiving, c.WebsockNotifConfig.WebsocketURI, t8.NewCallback(receiver{got: over}, nil), &t8.WebSocketReceiverOptions{
			HTTP: &http.Client{Transport: b.http.Transport}, Connected: func() { connected <- struct{}{} },
			Token: func(context.Context) (string, error) { return tokenOf("as1"), nil },
		})
	}()
	<-connected
	require.NoError(t, ue.Attach(ctx, m, apnOf("as1")))
	require.Eventually(t, func() bool { // the server may need a moment to know the socket
		require.NoError(t, ue.Send(ctx, []byte("up")))
		select {
		case n := <-over:
			return string(n.Data) == "up" && n.NIDDConfiguration == c.Self
		default:
			return false
		}
	}, 5*time.Second, 10*time.Millisecond)
	stop()
	require.ErrorIs(t, <-done, context.Canceled)

	// Another SCS/AS may not listen.
	err = t8.ReceiveWebSocket(ctx, c.WebsockNotifConfig.WebsocketURI, http.NotFoundHandler(), &t8.WebSocketReceiverOptions{
		HTTP: &http.Client{Transport: b.http.Transport}, Token: func(context.Context) (string, error) { return tokenOf("as2"), nil },
	})
	require.Error(t, err)
	plain := b.configure(as, url, b.provisioned(2))
	require.Error(t, b.node.NIDD().AllowWebSocket(ctx, "as1", plain), "no WebSocket was asked for")
	require.Error(t, b.node.NIDD().AllowWebSocket(ctx, "as2", c.Self))
	require.NoError(t, b.node.NIDD().AllowWebSocket(ctx, "as1", c.Self))
}

// provisioned makes UE n known for as1.
func (b *bench) provisioned(n int) int {
	b.provision(n, "as1")
	return n
}

// receiver hands on uplink data.
type receiver struct {
	t8.NIDDNotificationsBase
	got chan *t8.NIDDUplinkDataNotification
}

func (r receiver) UplinkData(_ context.Context, n *t8.NIDDUplinkDataNotification) error {
	r.got <- n
	return nil
}
