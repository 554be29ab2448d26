package main

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestReload changes limits under a daemon: they hold at once, and the UE is told its own.
func TestReload(t *testing.T) {
	b := newBench(t)
	b.more = `apns: [{name: iot.example, uplink: {messages: 10, unit: hour}, downlink: {messages: 1, unit: hour}}]`
	m, node := b.mme(mmeID, nil)
	b.start()
	b.await(node)
	pco, err := t6a.ExtendedPCO{{ID: t6a.ContainerAPNRateControl}}.Append(nil)
	require.NoError(t, err)
	attached, ext := b.provision(1)
	ue := sim.NewUE(attached.IMSI(), &sim.UEOptions{PCO: pco})
	cfg := b.create(ext)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	deliver := func() error {
		_, err := b.as.NIDD().CreateDelivery(t.Context(), as1, cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("down")})
		return err
	}
	require.NoError(t, deliver())
	require.Equal(t, http.StatusTooManyRequests, fault.As(deliver()).Status())
	require.Len(t, ue.PCOs(), 1)

	reload := func(done string) {
		t.Helper()
		require.NoError(t, b.cmd.Process.Signal(syscall.SIGHUP))
		eventually(t, 20*time.Second, func() string {
			if strings.Contains(b.log.String(), done) {
				return ""
			}
			return "the log does not say: " + done
		})
	}
	b.more = strings.ReplaceAll(b.more, "messages: 1,", "messages: 3,")
	b.more = strings.ReplaceAll(b.more, "messages: 10,", "messages: 20,")
	path := b.configure(t)
	reload("rate control changed")
	require.Len(t, ue.PCOs(), 2)
	require.NoError(t, deliver())
	require.NoError(t, deliver())
	require.Equal(t, http.StatusTooManyRequests, fault.As(deliver()).Status())

	require.NoError(t, os.WriteFile(path, []byte("t8: 7"), 0o600))
	reload("configuration not reloaded")
	require.NoError(t, ue.Send(t.Context(), []byte("up")), "it goes on")
}
