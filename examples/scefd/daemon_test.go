package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// term asks the daemon to end.
func (d *daemon) term(t *testing.T) {
	t.Helper()
	require.NoError(t, d.cmd.Process.Signal(syscall.SIGTERM))
}

// farewell is a trace that tells of each DPR.
func farewell(heard chan<- diameter.DisconnectCause) *diameter.Trace {
	return &diameter.Trace{Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
		var dpr diameter.DPR
		if d == diameter.Received && m.IsRequest() && m.Command == diameter.CodeDPR && diameter.Decode(m, &dpr) == nil {
			heard <- dpr.DisconnectCause
		}
	}}
}

// TestTerm stops the daemon in order while the AS and an MME take their time: both get what they are waiting for.
func TestTerm(t *testing.T) {
	b := newBench(t)
	heard := make(chan diameter.DisconnectCause, 10)
	opts := quick()
	opts.Trace = farewell(heard)
	m, node := b.mme(mmeID, opts)
	b.start()
	b.await(node)
	ue, ext := b.provision(1)
	other, otherExt := b.provision(2)
	cfg := b.create(ext)
	b.create(otherExt)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	require.NoError(t, other.Attach(t.Context(), m, apn))

	// Uplink data is at the AS, which answers late; downlink data is at the MME, which answers late, too.
	atAS, atMME := make(chan struct{}, 1), make(chan struct{}, 1)
	b.as.Misbehave(func() sim.ASFault {
		atAS <- struct{}{}
		return sim.ASFault{Delay: 1500 * time.Millisecond} // longer than the MME: it is the last to finish
	})
	m.Misbehave(func(req *diameter.Message) sim.Fault {
		if req.Command == t6a.CodeTDR {
			atMME <- struct{}{}
		}
		return sim.Fault{Delay: time.Second}
	})
	up, down := make(chan error, 1), make(chan error, 1)
	go func() { up <- other.Send(t.Context(), []byte("up")) }()
	go func() {
		got, err := b.as.NIDD().CreateDelivery(t.Context(), as1, cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("down")})
		if err == nil && got.Self != "" {
			err = fault.New("", fault.Internal, "stored, but not delivered")
		}
		down <- err
	}()
	<-atAS
	<-atMME
	b.term(t)

	require.NoError(t, <-down, "the answer 200")
	require.NoError(t, <-up, "the ODA 2001")
	require.Equal(t, "down", string(ue.Received()[0]))
	_, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), b.as)
	require.NoError(t, err)
	require.Zero(t, b.wait(t), "%s", b.log)
	require.Equal(t, diameter.DisconnectCauseRebooting, <-heard)
	require.Equal(t, 2, strings.Count(b.log.String(), "scefd stops")+strings.Count(b.log.String(), "scefd has stopped"))

	// The next one finds everything.
	b.as.Misbehave(nil)
	m.Misbehave(nil)
	b.start()
	b.await(node)
	require.NoError(t, other.Send(t.Context(), []byte("up again")))
	b.term(t)
	require.Zero(t, b.wait(t))
}

// TestTermIdle checks that a daemon without work ends at once, on SIGINT, too.
func TestTermIdle(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		b := newBench(t)
		b.start()
		begin := time.Now()
		require.NoError(t, b.cmd.Process.Signal(s))
		require.Zero(t, b.daemon.wait(t), "%s", b.log)
		require.Less(t, time.Since(begin), 10*time.Second)
	}
}

// TestRefusesToStart checks that the reason is told and the status is not 0.
func TestRefusesToStart(t *testing.T) {
	b := newBench(t)
	b.start()

	t.Run("store in use", func(t *testing.T) {
		other := b.site
		other.t8, other.dia = address(t), address(t)
		d := launch(t, other.configure(t))
		require.Equal(t, 1, d.wait(t))
		require.Contains(t, d.log.String(), "store.dir: ")
	})
	t.Run("T8 address in use", func(t *testing.T) {
		other := b.site
		other.dir, other.dia = t.TempDir(), address(t)
		d := launch(t, other.configure(t))
		require.Equal(t, 1, d.wait(t))
		require.Contains(t, d.log.String(), "t8.listen: ")
	})
	t.Run("Diameter address in use", func(t *testing.T) {
		other := b.site
		other.dir, other.t8 = t.TempDir(), address(t)
		d := launch(t, other.configure(t))
		require.Equal(t, 1, d.wait(t))
		require.Contains(t, d.log.String(), "diameter.listen: ")
	})
	t.Run("bad configuration", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "bad.yaml")
		require.NoError(t, os.WriteFile(path, []byte(with("scsas: [{id: as1, apn: a}]")), 0o600))
		d := launch(t, path)
		require.Equal(t, 2, d.wait(t))
		require.Contains(t, d.log.String(), "scsas[0].token: is missing")
	})
	t.Run("no configuration", func(t *testing.T) {
		d := launch(t, filepath.Join(t.TempDir(), "none.yaml"))
		require.Equal(t, 2, d.wait(t))
	})
	// Nothing of this disturbed the one that runs.
	_, ext := b.provision(1)
	b.await()
	b.create(ext)
}

// TestSampleRuns starts the daemon with scefd.yaml itself, but for its addresses.
func TestSampleRuns(t *testing.T) {
	text, err := os.ReadFile("scefd.yaml")
	require.NoError(t, err)
	dir := t.TempDir()
	for old, now := range map[string]string{"127.0.0.1:8080": address(t), "127.0.0.1:3868": address(t), "./data": filepath.Join(dir, "data")} {
		text = bytes.ReplaceAll(text, []byte(old), []byte(now))
	}
	path := filepath.Join(dir, "scefd.yaml")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	d := launch(t, path)
	select {
	case <-d.ready:
	case <-d.gone:
		t.Fatalf("%v\n%s", d.err, d.log)
	}
	d.term(t)
	require.Zero(t, d.wait(t))
}

// cea sends CER as id and returns the result of the answer.
func (b *bench) cea(ident diameter.Identity) diameter.Result {
	b.t.Helper()
	nc, err := net.Dial("tcp", b.dia)
	require.NoError(b.t, err)
	defer nc.Close()
	require.NoError(b.t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	req, err := diameter.NewRequest(&diameter.CER{
		OriginHost: ident.Host, OriginRealm: ident.Realm, HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, ProductName: "test",
		AuthApplicationID: []uint32{uint32(t6a.App)},
	})
	require.NoError(b.t, err)
	_, err = nc.Write(req.Append(nil))
	require.NoError(b.t, err)
	head := make([]byte, diameter.HeaderLen)
	_, err = io.ReadFull(nc, head)
	require.NoError(b.t, err)
	_, n, err := diameter.ParseHeader(head)
	require.NoError(b.t, err)
	rest := make([]byte, n-len(head))
	_, err = io.ReadFull(nc, rest)
	require.NoError(b.t, err)
	m, err := diameter.ParseMessage(append(head, rest...))
	require.NoError(b.t, err)
	r, err := diameter.ResultOf(m)
	require.NoError(b.t, err)
	return r
}

// TestAccept checks which peers may connect: those of the own realm, or those of the list.
func TestAccept(t *testing.T) {
	t.Attr("covers", "KAURI-25")
	b := newBench(t)
	b.start()
	foreign := diameter.Identity{Host: "mme.visited.example", Realm: "visited.example"}
	require.Equal(t, diameter.Success, b.cea(mmeID))
	require.Equal(t, diameter.UnknownPeer, b.cea(foreign))
	require.EqualValues(t, 3010, diameter.UnknownPeer.Code)
	b.kill()

	b.accept = `["visited.example", "` + mmeID.Host + `"]`
	b.start()
	require.Equal(t, diameter.Success, b.cea(foreign))
	require.Equal(t, diameter.Success, b.cea(mmeID), "by host")
	require.Equal(t, diameter.UnknownPeer, b.cea(hssID), "the own realm is not in the list")
}

// TestNoIdentityInLogs plays every procedure, with its failures, and looks for the subscriber in the log.
func TestNoIdentityInLogs(t *testing.T) {
	b := newBench(t)
	m, node := b.mme(mmeID, nil)
	b.start()
	b.await(node)
	ctx := t.Context()
	ue, ext := b.provision(1)
	imsi, msisdn, _ := ident(1)
	data := "temperature 21.5"

	require.Error(t, ue.Attach(ctx, m, apn), "not configured")
	cfg := b.create(ext)
	_, err := b.as.NIDD().CreateConfiguration(ctx, as1, b.request("nobody-1@example.com"))
	require.ErrorIs(t, err, fault.UserUnknown)
	_, err = b.as.NIDD().CreateConfiguration(ctx, as1, b.request(ext))
	require.Error(t, err, "twice")
	require.NoError(t, ue.Attach(ctx, m, apn))
	require.NoError(t, ue.Send(ctx, []byte(data)))
	b.as.Misbehave(func() sim.ASFault { return sim.ASFault{Status: 503} })
	require.Error(t, ue.Send(ctx, []byte(data)))
	b.as.Misbehave(func() sim.ASFault { return sim.ASFault{Abort: true} })
	require.Error(t, ue.Send(ctx, []byte(data)))
	b.as.Misbehave(nil)
	post := func(x *t8.NIDDDownlinkDataTransfer) error {
		x.Data = []byte(data)
		_, err := b.as.NIDD().CreateDelivery(ctx, as1, cfg.Self, x)
		return err
	}
	require.NoError(t, post(&t8.NIDDDownlinkDataTransfer{ExternalID: ext}))
	require.ErrorIs(t, post(&t8.NIDDDownlinkDataTransfer{ExternalID: "nobody-1@example.com"}), fault.InvalidParameter)
	m.Misbehave(sim.Always(sim.Fault{Result: diameter.UnableToComply}))
	require.ErrorIs(t, post(&t8.NIDDDownlinkDataTransfer{ExternalID: ext}), fault.NextHop)
	m.Misbehave(nil)
	ue.Sleep()
	require.NoError(t, post(&t8.NIDDDownlinkDataTransfer{MSISDN: msisdn}))
	require.NoError(t, ue.Wake(ctx))
	_, err = sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](ctx, b.as)
	require.NoError(t, err)
	require.NoError(t, b.hss.Update(ctx, imsi, sim.Grant{Until: time.Now().Add(time.Hour)}))
	require.Error(t, b.hss.UpdateAt(ctx, scefID, "001019999999999", sim.Revocation("")))
	byNumber := &t8.NIDDConfiguration{MSISDN: "99977999999", NotificationDestination: b.url}
	_, err = b.as.NIDD().CreateConfiguration(ctx, as1, byNumber)
	require.ErrorIs(t, err, fault.UserUnknown)
	for _, bad := range []string{"001015550001234x", ""} { // an ODR that cannot be understood
		req, err := diameter.NewRequest(&t6a.ODR{
			SessionID: "s", OriginHost: mmeID.Host, OriginRealm: mmeID.Realm, DestinationRealm: realm,
			UserIdentifier: t6a.UserIdentifier{UserName: bad}, BearerIdentifier: []byte{5}, NonIPData: []byte(data),
		})
		require.NoError(t, err)
		_, err = node.Do(ctx, scefID, req)
		require.NoError(t, err)
	}
	nir, err := diameter.NewRequest(&s6t.NIR{
		SessionID: "s", OriginHost: hssID.Host, OriginRealm: hssID.Realm, DestinationHost: scefID.Host, DestinationRealm: realm,
		UserIdentifier: s6t.UserIdentifier{ExternalIdentifier: "nobody-2@example.com"},
	})
	require.NoError(t, err)
	_, err = b.hssNode.Do(ctx, scefID, nir)
	require.NoError(t, err)
	require.NoError(t, ue.Detach(ctx))
	require.NoError(t, b.as.NIDD().DeleteConfiguration(ctx, as1, cfg.Self))
	require.NoError(t, b.hssNode.Close()) // an HSS that is gone
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err = b.as.NIDD().CreateConfiguration(ctx, as1, b.request(ext))
	require.ErrorIs(t, err, fault.Unavailable)
	b.term(t)
	require.Zero(t, b.daemon.wait(t))

	log := b.log.String()
	require.Contains(t, log, `"level":"DEBUG"`)
	tail := func(s string) string { return s[len(s)-7:] } // what the mask must not leave
	for _, word := range []string{
		string(imsi), tail(string(imsi)), string(msisdn), tail(string(msisdn)), "meter-1", string(ext), "nobody-", "99977999999",
		"999999999", "5550001234",
		data, "temperature", base64.StdEncoding.EncodeToString([]byte(data)), hex.EncodeToString([]byte(data)), secret,
	} {
		require.NotContains(t, log, word)
	}
	require.Contains(t, log, `"imsi":"00101*****`, "something is left to find a subscriber by")
}
