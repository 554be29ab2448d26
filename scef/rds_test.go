package scef_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

var rdsFeatures = t8.FeatureSet(t8.FeatureRDSPortVerification, t8.FeatureRDSDynamicPort, t8.FeatureRDSSerializationFormat)

// withRDS configures UE n for an SCS/AS with the Reliable Data Service.
func (b *bench) withRDS(as *sim.AS, url string, n int, ports ...t8.RDSPort) *t8.NIDDConfiguration {
	b.t.Helper()
	c, err := as.NIDD().CreateConfiguration(b.t.Context(), as.ID(), &t8.NIDDConfiguration{
		ExternalID: externalOf(n), NotificationDestination: url, SupportedFeatures: rdsFeatures, ReliableDataService: true, RDSPorts: ports,
	})
	require.NoError(b.t, err)
	return c
}

// TestReliableData sends acknowledged and unacknowledged data of two SCS/ASs over one PDN connection, on real sockets.
func TestReliableData(t *testing.T) {
	b := start(t, func(s *setup) { s.nidd["as2"] = policy.NIDD{APN: apnOf("as1")} })
	m, _ := b.mme(mmeID)
	b.provision(1, "as1")
	ue := sim.NewUE(imsiOf(1), &sim.UEOptions{RDS: &sim.RDSOptions{}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	configs := map[id.SCSASID]*t8.NIDDConfiguration{}
	servers := map[id.SCSASID]*sim.AS{}
	for i, who := range []id.SCSASID{"as1", "as2"} {
		as, url := b.as(who)
		servers[who], configs[who] = as, b.withRDS(as, url, 1, t8.RDSPort{PortUE: 1, PortSCEF: i})
	}
	require.NoError(t, ue.Attach(ctx, m, apnOf("as1")))
	_, on := ue.RDSPorts()
	require.True(t, on)
	for i, who := range []id.SCSASID{"as1", "as2"} {
		as, c := servers[who], configs[who]
		port := t8.RDSPort{PortUE: 1, PortSCEF: i}
		for _, acked := range []bool{true, false} {
			d, err := as.NIDD().CreateDelivery(ctx, who, c.Self, &t8.NIDDDownlinkDataTransfer{
				ExternalID: externalOf(1), Data: []byte("down for " + who), ReliableDataService: acked, RDSPort: &port,
			})
			require.NoError(t, err)
			data, err := ue.Receive(ctx)
			require.NoError(t, err)
			require.Equal(t, "down for "+string(who), string(data))
			if acked {
				n, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](ctx, as)
				require.NoError(t, err)
				require.Equal(t, t8.DeliverySuccessAcknowledged, n.DeliveryStatus)
				require.Equal(t, d.Self, n.NIDDDownlinkDataTransfer)
			}
			require.NoError(t, ue.SendRDS(ctx, sim.RDSData{Ports: rds.PortPair(1, uint8(i)), Data: []byte("up"), Acknowledged: acked}))
			up, err := sim.Next[t8.NIDDUplinkDataNotification](ctx, as)
			require.NoError(t, err)
			require.Equal(t, "up", string(up.Data))
			require.Equal(t, &port, up.RDSPort)
			require.Equal(t, acked, up.ReliableDataService)
			require.Equal(t, c.Self, up.NIDDConfiguration)
		}
	}
	all := ue.RDSReceived()
	require.Len(t, all, 4)
	require.Equal(t, rds.PortPair(1, 1), all[3].Ports)
	require.Error(t, ue.SendRDS(ctx, sim.RDSData{Ports: rds.PortPair(1, 9), Data: []byte("nobody's")}))
	for _, as := range servers {
		n, err := sim.Next[t8.NIDDConfigurationStatusNotification](ctx, as)
		require.NoError(t, err)
		require.Equal(t, t8.NIDDRDSPortUnknown, n.Status)
		require.Equal(t, &t8.RDSPort{PortUE: 1, PortSCEF: 9}, n.RDSPort)
	}
}

// TestDynamicPorts reserves and releases ports over HTTP, with and without asking the UE, and lets the UE do the same.
func TestDynamicPorts(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-09 T8-4.4.5.6.1-10 T8-4.4.5.6.1-11 T8-4.4.5.6.1-15 T8-4.4.5.6.1-25 T8-4.4.5.6.1-26 T8-4.4.5.6.1-30 "+
		"T8-4.4.5.6.1-33 T8-4.4.5.6.1-37 T8-4.4.5.6.1-48 T8-4.4.5.6.1-51 T8-4.4.5.6.2-07")
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	b.provision(1, "as1")
	refuse := false
	ue := sim.NewUE(imsiOf(1), &sim.UEOptions{RDS: &sim.RDSOptions{
		Formats: rds.CBOR, Answer: func(_, answer rds.PortMessage) rds.PortMessage {
			if refuse {
				answer.Status = rds.PortNotFree
			}
			return answer
		},
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := b.withRDS(as, url, 1)
	require.NoError(t, ue.Attach(ctx, m, apnOf("as1")))
	told := func() (ids []string) {
		t.Helper()
		n, err := sim.Next[t8.ManagePortNotification](ctx, as)
		require.NoError(t, err)
		require.Equal(t, c.Self, n.NIDDConfiguration)
		for _, p := range n.ManagedPorts {
			ids = append(ids, p.Self[len(c.Self):]+" "+string(p.ManageEntity)+" "+string(p.ConfiguredFormat))
		}
		return ids
	}

	r := b.json("as1", http.MethodPut, c.Self+"/rds-ports/ue1-ef2", `{"appId":"meter","supportedFormats":["XML","CBOR"]}`)
	require.Equal(t, 202, r.status, "%s", r.body)
	require.Empty(t, r.body)
	require.Equal(t, []string{"/rds-ports/ue1-ef2 AS CBOR"}, told())
	ports, _ := ue.RDSPorts()
	require.Equal(t, []rds.Port{{UE: 1, SCEF: 2, Application: "meter", Formats: rds.CBOR}}, ports)
	p, err := as.NIDD().Port(ctx, "as1", c.Self, "ue1-ef2")
	require.NoError(t, err)
	require.Equal(t, "meter", p.AppID)
	require.Equal(t, t8.FormatCBOR, p.ConfiguredFormat)

	refuse = true
	p, err = as.NIDD().ReservePort(ctx, "as1", c.Self, "ue3-ef3", &t8.ManagePort{AppID: "x"})
	require.NoError(t, err)
	require.Nil(t, p)
	require.Equal(t, []string{"/rds-ports/ue1-ef2 AS CBOR"}, told())
	refuse = false

	r = b.json("as1", http.MethodPut, c.Self+"/rds-ports/ue4-ef4", `{"appId":"meter","skipUeInquiry":true}`)
	require.Equal(t, 201, r.status)
	self := r.header.Get("Location")
	require.Equal(t, c.Self+"/rds-ports/ue4-ef4", self)
	awaitPorts := func(n int) {
		eventually(t, 10*time.Second, func() string {
			if ports, _ := ue.RDSPorts(); len(ports) == n {
				return ""
			}
			return "the UE was not told"
		})
	}
	awaitPorts(2)
	r = b.json("as1", http.MethodPut, c.Self+"/rds-ports/ue5-ef4", `{"appId":"meter","skipUeInquiry":true}`)
	require.Equal(t, "PORT_NOT_FREE", r.problem(403).Cause)
	r = b.json("as1", http.MethodPut, c.Self+"/rds-ports/ue5-ef5", `{"appId":"meter","skipUeInquiry":true,"supportedFormats":["ASN1"]}`)
	require.Equal(t, 500, r.status)
	require.Contains(t, string(r.body), `"cause":"SERIALIZATION_FORMAT_NOT_SUPPORTED","supportedUeFormats":["CBOR"]`)
	r = b.json("as1", http.MethodDelete, self, "")
	require.Equal(t, 204, r.status)
	awaitPorts(1)

	answer, err := ue.ManagePorts(ctx, rds.PortMessage{Action: rds.ReservePorts, Ports: []rds.Port{{UE: 6, SCEF: 6, Application: "alarm", Formats: rds.CBOR}}})
	require.NoError(t, err)
	require.Equal(t, rds.PortSuccess, answer.Status)
	require.Equal(t, []string{"/rds-ports/ue1-ef2 AS CBOR", "/rds-ports/ue6-ef6 UE CBOR"}, told())
	r = b.json("as1", http.MethodDelete, c.Self+"/rds-ports/ue6-ef6", "")
	require.Equal(t, "OPERATION_PROHIBITED", r.problem(403).Cause)
	answer, err = ue.ManagePorts(ctx, rds.PortMessage{Action: rds.ReleasePorts, Ports: []rds.Port{{UE: 6, SCEF: 6}}})
	require.NoError(t, err)
	require.Equal(t, rds.PortSuccess, answer.Status)
	require.Equal(t, []string{"/rds-ports/ue1-ef2 AS CBOR"}, told())

	done, err := as.NIDD().ReleasePort(ctx, "as1", c.Self, "ue1-ef2")
	require.NoError(t, err)
	require.False(t, done)
	require.Empty(t, told())
	r = b.json("as1", http.MethodDelete, c.Self+"/rds-ports/ue1-ef2", "")
	require.Equal(t, "PORT_NOT_ASSOC_WITH_APP", r.problem(404).Cause)
	awaitPorts(0)
}

// TestPortOfSleepingUE tells the SCS/AS when it may try again.
func TestPortOfSleepingUE(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-44 T8-4.4.5.6.1-45")
	b := start(t)
	wakes := time.Now().Add(time.Hour).Truncate(time.Second)
	m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{Retransmission: func(_ *sim.UE, at, _ time.Time) time.Time { return at }})
	require.NoError(t, err)
	b.open(m)
	as, url := b.as("as1")
	b.provision(1, "as1")
	ue := sim.NewUE(imsiOf(1), &sim.UEOptions{RDS: &sim.RDSOptions{}})
	c := b.withRDS(as, url, 1)
	eventually(t, 10*time.Second, func() string {
		if err := ue.Attach(t.Context(), m, apnOf("as1")); err != nil {
			return err.Error()
		}
		return ""
	})
	ue.SleepUntil(wakes)
	_, err = as.NIDD().ReservePort(t.Context(), "as1", c.Self, "ue1-ef2", &t8.ManagePort{AppID: "x"})
	require.ErrorIs(t, err, fault.TemporarilyUnreachable)
	require.True(t, wakes.Equal(fault.As(err).RetryAt), "%v", fault.As(err).RetryAt)
	require.NoError(t, ue.Wake(t.Context()))
	_, err = as.NIDD().ReservePort(t.Context(), "as1", c.Self, "ue1-ef2", &t8.ManagePort{AppID: "x"})
	require.NoError(t, err)
	_, err = sim.Next[t8.ManagePortNotification](t.Context(), as)
	require.NoError(t, err)
}
