package nidd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// Features of configurations, for tests.
const (
	rdsVerifies = t8.Features("118") // and MT_NIDD_modification_cancellation, PatchUpdate
	rdsManages  = t8.Features("120")
	rdsAll      = t8.Features("1B8")
)

// withRDS makes a configuration use the Reliable Data Service.
func withRDS(features t8.Features, ports ...t8.RDSPort) func(*t8.NIDDConfiguration) {
	return func(c *t8.NIDDConfiguration) {
		c.ReliableDataService, c.RDSPorts, c.SupportedFeatures = true, ports, features
	}
}

// pair is a pair of ports.
func pair(ue, scef int) t8.RDSPort { return t8.RDSPort{PortUE: ue, PortSCEF: scef} }

// asksRDS makes the UE of an establishment or update ask for the Reliable Data Service.
func asksRDS(c *t6a.CMR) {
	c.ExtendedPCO, _ = t6a.ExtendedPCO{{ID: t6a.ContainerRDS}}.Append(nil)
}

// grantedRDS reports whether a CMA grants the Reliable Data Service.
func grantedRDS(t *testing.T, m *diameter.Message) bool {
	t.Helper()
	cma := decodeCMA(t, m)
	if cma.ExtendedPCO == nil {
		return false
	}
	pco, err := t6a.ParseExtendedPCOToUE(cma.ExtendedPCO)
	require.NoError(t, err)
	_, ok := pco.Find(t6a.ContainerRDS)
	return ok
}

func TestRDSFeatures(t *testing.T) {
	for _, c := range []struct {
		prof policy.RDS
		want t8.Features
	}{
		{policy.RDS{}, "B0"},
		{policy.RDS{NoPortVerification: true}, "A0"},
		{policy.RDS{NoDynamicPorts: true}, "10"},
		{policy.RDS{NoFormats: true}, "30"},
		{policy.RDS{Off: true}, "0"},
	} {
		run(t, func(t *testing.T, b *bench) {
			b.prof.RDS = c.prof
			b.restart()
			cfg, err := b.p.Configuration(t.Context(), as1, b.configure(withRDS("B0", pair(1, 2))))
			require.NoError(t, err)
			require.True(t, cfg.SupportedFeatures.Equal(c.want), "%+v", c.prof)
			require.Equal(t, !c.prof.Off, cfg.ReliableDataService)
			require.Equal(t, c.prof.Off, cfg.MaximumPacketSize == 8*1358)
			require.Equal(t, !c.prof.Off, grantedRDS(t, b.asks(diameter.Success, cmr(establish, asksRDS))))
		})
	}
}

// TestRDSNegotiation checks when the SCEF grants the Reliable Data Service, and that it is only given when asked for.
func TestRDSNegotiation(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*t8.NIDDConfiguration)
		want   bool
	}{
		"nobody wants it": {func(*t8.NIDDConfiguration) {}, false},
		"acknowledgement": {func(c *t8.NIDDConfiguration) { c.ReliableDataService = true }, true},
		"ports":           {func(c *t8.NIDDConfiguration) { c.RDSPorts = []t8.RDSPort{pair(0, 0)} }, true},
		"dynamic ports":   {func(c *t8.NIDDConfiguration) { c.SupportedFeatures = rdsManages }, true},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.configure(c.change)
				require.False(t, grantedRDS(t, b.asks(diameter.Success, cmr(establish))))
				require.Equal(t, c.want, grantedRDS(t, b.asks(diameter.Success, cmr(establish, asksRDS))))
			})
		})
	}
}

// TestRDSCapability follows a UE that attaches with and without the Reliable Data Service.
func TestRDSCapability(t *testing.T) {
	covers(t, "T8-4.4.5.5-13", "T8-4.4.5.5-14", "T8-4.4.5.5-15")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		shown := func() bool {
			c, err := b.p.Configuration(t.Context(), as1, cfg)
			require.NoError(t, err)
			return c.ReliableDataService
		}
		require.True(t, shown())
		b.asks(diameter.Success, cmr(establish, asksRDS))
		require.Empty(t, b.notified("status"), "as the SCS/AS expects it")
		b.detach()
		b.attach()
		require.Equal(t, []string{"ACTIVE"}, b.notified("status"))
		require.Equal(t, dest1, b.notes[0].to)
		require.Equal(t, map[string]any{
			"niddConfiguration": t8.NIDDConfigurationURI(root1, as1, cfg), "externalId": string(ext1), "status": "ACTIVE",
			"rdsCapIndication": false,
		}, b.notes[0].body)
		require.False(t, shown())
		b.restart()
		b.detach()
		b.attach()
		require.Len(t, b.notified("status"), 1, "it knows")
		_, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{PDNEstablishmentOption: t8.Set(t8.WaitForUE)})
		require.NoError(t, err)
		b.asks(diameter.Success, cmr(establish, asksRDS))
		require.Len(t, b.notified("status"), 2)
		require.Equal(t, true, b.notes[1].body["rdsCapIndication"])
		require.True(t, shown(), "what the SCS/AS asked for was not forgotten")

		b.detach()
		b.attach()
		require.Equal(t, false, b.notes[2].body["rdsCapIndication"])
		require.True(t, grantedRDS(t, b.asks(diameter.Success, cmr(update, asksRDS))), "an update may bring it")
		require.Len(t, b.notified("status"), 4)
		require.Equal(t, true, b.notes[3].body["rdsCapIndication"])
		require.True(t, grantedRDS(t, b.asks(diameter.Success, cmr(update, asksRDS))))
		require.Len(t, b.notified("status"), 4)
	})
	t.Run("not expected", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			require.Empty(t, b.notified("status"))
			c, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{ReliableDataService: t8.Set(true)})
			require.NoError(t, err)
			require.False(t, c.ReliableDataService, "the answer tells that the UE has none")
		})
	})
}

// TestSharedConnection checks which configurations may share the PDN connection of a UE.
func TestSharedConnection(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		create := func(ports ...t8.RDSPort) error {
			_, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{
				ExternalID: ext1, NotificationDestination: "https://as2.example/", RDSPorts: ports,
			})
			return err
		}
		first := b.configure(withRDS("", pair(1, 1), pair(2, 2)))
		require.ErrorIs(t, create(), fault.OperationProhibited, "one with ports does not share with one without")
		require.ErrorIs(t, create(pair(3, 3), pair(9, 2)), fault.OperationProhibited, "one SCEF port, one application")
		require.NoError(t, create(pair(1, 3)))
		require.ErrorIs(t, create(pair(4, 3)), fault.OperationProhibited)
		require.NoError(t, create(pair(4, 4)), "the same SCS/AS, too")
		require.ErrorIs(t, create(pair(4, 16)), fault.ParameterOutOfRange)

		patch := func(ports t8.Opt[[]t8.RDSPort]) error {
			_, err := b.p.ModifyConfiguration(t.Context(), as1, first, &t8.NIDDConfigurationPatch{RDSPorts: ports})
			return err
		}
		require.ErrorIs(t, patch(t8.Set([]t8.RDSPort{pair(1, 3)})), fault.OperationProhibited)
		require.ErrorIs(t, patch(t8.Null[[]t8.RDSPort]()), fault.OperationProhibited)
		require.NoError(t, patch(t8.Set([]t8.RDSPort{pair(1, 5)})))
		require.NoError(t, create(pair(1, 1)), "free again")

		b.attach()
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, first))
		b.sleep(0)
		require.Empty(t, b.cmrs, "others use the connection")
		list, err := b.p.Configurations(t.Context(), "as2")
		require.NoError(t, err)
		require.Len(t, list, 3)
		for _, c := range list {
			require.Empty(t, b.cmrs)
			_, id, _ := t8.ParseNIDDConfigurationURI(c.Self)
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), "as2", id))
			b.sleep(0)
		}
		require.Len(t, b.cmrs, 1, "the last one releases it")
	})
}

// TestDownlinkPorts checks the ports of downlink data.
func TestDownlinkPorts(t *testing.T) {
	port := func(p t8.RDSPort) func(*t8.NIDDDownlinkDataTransfer) {
		return func(d *t8.NIDDDownlinkDataTransfer) { d.RDSPort = &p }
	}
	t.Run("verified", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-15", "T8-4.4.5.3.1-16")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(rdsVerifies, pair(1, 2)))
			for _, p := range []t8.RDSPort{pair(1, 3), pair(2, 2), pair(2, 1), pair(16, 2)} {
				_, err := b.deliver(cfg, "x", port(p))
				require.ErrorIs(t, err, fault.RDSPortUnknown)
				require.Equal(t, 403, fault.As(err).Status())
				require.Equal(t, "RDS_PORT_UNKNOWN", fault.As(err).CauseText())
			}
			require.Zero(t, b.keys("d"))
			id := b.buffer(cfg, "x", port(pair(1, 2)))
			_, err := b.p.ModifyDelivery(t.Context(), as1, cfg, id, &t8.NIDDDownlinkDataTransferPatch{RDSPort: t8.Set(pair(3, 3))})
			require.ErrorIs(t, err, fault.RDSPortUnknown)
		})
	})
	t.Run("not verified", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-17")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(rdsManages, pair(1, 2)))
			b.buffer(cfg, "x", port(pair(1, 3)))
			_, err := b.deliver(cfg, "x", port(pair(1, 16)))
			require.ErrorIs(t, err, fault.ParameterOutOfRange, "frames have no room for it")
		})
	})
}
