package sim_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

// rdsBench is a UE with the Reliable Data Service at an MME, and an SCEF that keeps the frames that come.
type rdsBench struct {
	t     *testing.T
	mme   *sim.MME
	ue    *sim.UE
	scef  diameter.Identity
	down  diameter.Transport
	up    chan rds.Frame
	grant bool
}

// runRDS runs fn in a bubble.
func runRDS(t *testing.T, grant bool, opts *sim.RDSOptions, fn func(*testing.T, *rdsBench)) {
	synctest.Test(t, func(t *testing.T) {
		b := &rdsBench{t: t, scef: diameter.Identity{Host: "scef.example", Realm: "example"}, up: make(chan rds.Frame, 100), grant: grant}
		var err error
		b.mme, err = sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, b.scef, nil)
		require.NoError(t, err)
		toMME, toSCEF := diameter.Pipe(b.scef, diameter.HandlerFunc(b.serve), b.mme.Self(), b.mme)
		defer toMME.Close()
		b.mme.Use(toSCEF)
		b.down = toMME
		b.ue = sim.NewUE("001010000000001", &sim.UEOptions{RDS: opts})
		require.NoError(t, b.ue.Attach(t.Context(), b.mme, "iot.example"))
		fn(t, b)
		require.NoError(t, b.ue.Detach(t.Context()))
		time.Sleep(time.Hour) // what still waited is given up
		synctest.Wait()
	})
}

func (b *rdsBench) serve(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if req.Command == t6a.CodeODR {
		var odr t6a.ODR
		require.NoError(b.t, odr.Decode(req))
		f, err := rds.DefaultCodec{}.Parse(odr.NonIPData)
		require.NoError(b.t, err)
		b.up <- f
		return diameter.ErrorAnswer(req, b.scef, diameter.Success, "", nil), nil
	}
	var cmr t6a.CMR
	require.NoError(b.t, cmr.Decode(req))
	cma := &t6a.CMA{SessionID: cmr.SessionID, Result: diameter.Success, OriginHost: b.scef.Host, OriginRealm: b.scef.Realm}
	pco, _ := t6a.ParseExtendedPCO(cmr.ExtendedPCO)
	if _, asked := pco.Find(t6a.ContainerRDS); asked && b.grant {
		cma.ExtendedPCO, _ = t6a.ExtendedPCO{{ID: t6a.ContainerRDS}}.AppendToUE(nil)
	}
	ans, err := cma.Answer(req)
	require.NoError(b.t, err)
	return ans, nil
}

// send sends octets to the UE.
func (b *rdsBench) send(octets []byte) {
	b.t.Helper()
	req, err := diameter.NewRequest(&t6a.TDR{
		SessionID: "scef.example;1;1", OriginHost: b.scef.Host, OriginRealm: b.scef.Realm,
		DestinationHost: b.mme.Self().Host, DestinationRealm: b.mme.Self().Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(b.ue.IMSI())}, BearerIdentifier: []byte{5}, NonIPData: octets,
	})
	require.NoError(b.t, err)
	req.EndToEnd = diameter.NextEndToEnd()
	_, err = b.down.Do(b.t.Context(), b.mme.Self(), req)
	require.NoError(b.t, err)
}

// frame sends a frame to the UE.
func (b *rdsBench) frame(f rds.Frame) {
	b.t.Helper()
	octets, err := rds.DefaultCodec{}.Append(nil, &f)
	require.NoError(b.t, err)
	b.send(octets)
}

// manage sends a MANAGE_PORT and returns the answer of the UE.
func (b *rdsBench) manage(m rds.PortMessage) rds.PortMessage {
	b.t.Helper()
	info, err := rds.DefaultCodec{}.AppendPorts(nil, &m)
	require.NoError(b.t, err)
	b.frame(rds.Frame{Kind: rds.U, Function: rds.ManagePort, Info: info})
	f := <-b.up
	require.True(b.t, f.Response)
	answer, err := rds.DefaultCodec{}.ParsePorts(f.Info)
	require.NoError(b.t, err)
	return answer
}

func TestUEWithoutGrant(t *testing.T) {
	runRDS(t, false, &sim.RDSOptions{}, func(t *testing.T, b *rdsBench) {
		_, on := b.ue.RDSPorts()
		require.False(t, on)
		require.Error(t, b.ue.SendRDS(t.Context(), sim.RDSData{Data: []byte("x")}))
		b.send([]byte("plain"))
		require.Equal(t, [][]byte{[]byte("plain")}, b.ue.Received())
		require.Empty(t, b.ue.RDSReceived())
	})
	runRDS(t, true, nil, func(t *testing.T, b *rdsBench) {
		require.Error(t, b.ue.SendRDS(t.Context(), sim.RDSData{Data: []byte("x")}))
		_, err := b.ue.ManagePorts(t.Context(), rds.PortMessage{Action: rds.QueryPorts})
		require.Error(t, err)
	})
	bad := sim.NewUE("001010000000001", &sim.UEOptions{RDS: &sim.RDSOptions{Options: rds.Options{N200: -1}}})
	m, err := sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, diameter.Identity{}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, bad.Attach(t.Context(), m, "iot.example"), "N200")
}

// text describes a frame.
func text(f rds.Frame) string { return f.String() }

func TestUEAcknowledges(t *testing.T) {
	runRDS(t, true, &sim.RDSOptions{}, func(t *testing.T, b *rdsBench) {
		ports := rds.PortPair(2, 1)
		b.frame(rds.Frame{Kind: rds.U, Ports: ports, Function: rds.SetAckMode})
		require.Equal(t, "U 1>2 SET_ACK_MODE response", text(<-b.up))
		b.frame(rds.Frame{Kind: rds.I, Ports: ports, Ack: true, Info: []byte("down")})
		require.Equal(t, "S 1>2 N(R)=1 response", text(<-b.up))
		b.frame(rds.Frame{Kind: rds.UI, Ports: ports, Info: []byte("plain")})
		require.Equal(t, []sim.RDSData{
			{Bearer: 5, Ports: ports, Data: []byte("down"), Acknowledged: true}, {Bearer: 5, Ports: ports, Data: []byte("plain")},
		}, b.ue.RDSReceived())

		require.NoError(t, b.ue.SendRDS(t.Context(), sim.RDSData{Ports: ports.Reverse(), Data: []byte("up")}))
		require.Equal(t, "UI 1>2 N(U)=0, 2 octets", text(<-b.up))
		done := make(chan error, 2)
		send := func() {
			done <- b.ue.SendRDS(t.Context(), sim.RDSData{Ports: ports.Reverse(), Data: []byte("up"), Acknowledged: true})
		}
		go send()
		require.Equal(t, "I 1>2 N(S)=0 N(R)=1 A, 2 octets", text(<-b.up))
		b.frame(rds.Frame{Kind: rds.S, Response: true, Ports: ports, NR: 1})
		require.NoError(t, <-done)
		go send()
		for range 4 { // N200
			<-b.up
		}
		require.ErrorContains(t, <-done, "not acknowledged")
		b.send([]byte{0x80}) // it is no frame, and no harm
	})
}

func TestUEManagesPorts(t *testing.T) {
	t.Attr("covers", "T8-4.4.5.6.1-51")
	one := rds.Port{UE: 1, SCEF: 2, Application: "a", Formats: rds.CBOR | rds.XML}
	var answer func(m, answer rds.PortMessage) rds.PortMessage
	opts := &sim.RDSOptions{Formats: rds.XML, Answer: func(m, a rds.PortMessage) rds.PortMessage {
		if answer != nil {
			return answer(m, a)
		}
		return a
	}}
	runRDS(t, true, opts, func(t *testing.T, b *rdsBench) {
		a := b.manage(rds.PortMessage{Action: rds.ReservePorts, Ports: []rds.Port{one}})
		require.Equal(t, rds.PortSuccess, a.Status)
		one.Formats = rds.XML
		require.Equal(t, []rds.Port{one}, a.Ports)
		a = b.manage(rds.PortMessage{Action: rds.ReservePorts, Ports: []rds.Port{{UE: 1, SCEF: 3, Application: "b"}}})
		require.Equal(t, rds.PortNotFree, a.Status)
		a = b.manage(rds.PortMessage{Action: rds.ReservePorts, Ports: []rds.Port{{UE: 4, SCEF: 4, Application: "b", Formats: rds.JSON}}})
		require.Equal(t, rds.FormatNotSupported, a.Status)
		require.Equal(t, rds.XML, a.Ports[0].Formats)
		require.Equal(t, []rds.Port{one}, b.manage(rds.PortMessage{Action: rds.QueryPorts}).Ports)
		answer = func(m, a rds.PortMessage) rds.PortMessage { a.Status = rds.PortNotFree; return a }
		require.Equal(t, rds.PortNotFree, b.manage(rds.PortMessage{Action: rds.ReleasePorts, Ports: []rds.Port{one}}).Status)
		answer = nil
		require.Equal(t, rds.PortSuccess, b.manage(rds.PortMessage{Action: rds.ReleasePorts, Ports: []rds.Port{one}}).Status)
		require.Equal(t, rds.PortNotAssociated, b.manage(rds.PortMessage{Action: rds.ReleasePorts, Ports: []rds.Port{one}}).Status)
		b.manage(rds.PortMessage{Action: rds.NotifyPorts, Ports: []rds.Port{one}})
		ports, _ := b.ue.RDSPorts()
		require.Equal(t, []rds.Port{one}, ports)

		_, err := b.ue.ManagePorts(t.Context(), rds.PortMessage{Action: rds.ReservePorts, Ports: []rds.Port{{UE: 9, SCEF: 9}}})
		require.ErrorContains(t, err, "no answer")
		ports, _ = b.ue.RDSPorts()
		require.Len(t, ports, 1)
	})
}
