package nidd_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// Short names of the actions, for tables.
const (
	establish = t6a.ConnectionActionEstablishment
	release   = t6a.ConnectionActionRelease
	update    = t6a.ConnectionActionUpdate
)

func bearer(ebi uint8) func(*t6a.CMR) { return func(c *t6a.CMR) { c.BearerIdentifier = []byte{ebi} } }

func decodeCMA(t *testing.T, m *diameter.Message) *t6a.CMA {
	t.Helper()
	var a t6a.CMA
	require.NoError(t, diameter.Decode(m, &a))
	return &a
}

func TestEstablish(t *testing.T) {
	covers(t, "29128-5.7.1-01", "29128-5.7.1-08", "29128-5.7.1-09", "29128-5.7.1-10", "29128-5.7.1-11", "29128-5.7.1-23", "29128-5.7.1-24",
		"29128-5.7.3-04", "29128-5.7.3-10", "29128-5.7.3-11", "29128-5.7.3-15")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		req := cmr(establish)
		cma := decodeCMA(t, b.asks(diameter.Success, req))
		require.Equal(t, req.SessionID, cma.SessionID)
		require.Equal(t, scefID, diameter.Identity{Host: cma.OriginHost, Realm: cma.OriginRealm})
		require.NotNil(t, cma.PDNConnectionChargingID)
		require.Nil(t, cma.ExtendedPCO)
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, mmeID.Host, b.tdrs[0].DestinationHost)
		require.Equal(t, mmeID.Realm, b.tdrs[0].DestinationRealm)
	})
}

// TestOptionalElements checks that a CMR may have every element of its grammar.
func TestOptionalElements(t *testing.T) {
	covers(t, "29128-5.7.1-12", "29128-5.7.1-19", "29128-5.7.1-20", "29128-5.7.1-22", "29128-5.1-12")
	run(t, func(t *testing.T, b *bench) {
		b.configure()
		for _, change := range []func(*t6a.CMR){
			func(c *t6a.CMR) { c.TerminalInformation = &t6a.TerminalInformation{IMEI: "49015420323751"} },
			func(c *t6a.CMR) { c.APNRateControlStatus = &t6a.APNRateControlStatus{} },
			func(c *t6a.CMR) {
				c.ServingPLMNRateControl = &t6a.ServingPLMNRateControl{DownlinkRateLimit: new(uint32(10))}
			},
			func(c *t6a.CMR) {
				c.SupportedFeatures = []tgpp.SupportedFeatures{{VendorID: 10415, FeatureListID: 1, FeatureList: 1}}
			},
			func(c *t6a.CMR) { c.MaximumUEAvailabilityTime = time.Now() },
		} {
			b.asks(diameter.Success, cmr(establish, change))
			b.asks(diameter.Success, cmr(update, change))
			b.asks(diameter.Success, cmr(release, change))
		}
	})
}

func TestEstablishAgain(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "x")
		b.mme = nil
		b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.OriginHost = mme2ID.Host }))
		require.Equal(t, []string{"x", "x"}, b.sent(), "the context is replaced, pending data is kept")
		require.Equal(t, mme2ID.Host, b.tdrs[1].DestinationHost)
		b.detach()
		b.asks(diameter.ErrorInvalidEPSBearer, odr("up"))
	})
}

func TestExtendedPCO(t *testing.T) {
	covers(t, "29128-5.7.3-12", "29128-5.7.3-18", "29128-5.7.3-23", "29128-5.7.1-25", "29128-5.7.1-16")
	run(t, func(t *testing.T, b *bench) {
		b.configure()
		asked, err := t6a.ExtendedPCO{{ID: t6a.ContainerNonIPLinkMTU}}.Append(nil)
		require.NoError(t, err)
		cma := decodeCMA(t, b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.ExtendedPCO = asked })))
		hasMTU := func(cma *t6a.CMA) {
			pco, err := t6a.ParseExtendedPCO(cma.ExtendedPCO)
			require.NoError(t, err)
			mtu, ok := pco.Find(t6a.ContainerNonIPLinkMTU)
			require.True(t, ok)
			require.EqualValues(t, 1358, binary.BigEndian.Uint16(mtu))
		}
		hasMTU(cma)
		for _, action := range []t6a.ConnectionAction{update, release} {
			require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(update))).ExtendedPCO, "not asked, not given")
			hasMTU(decodeCMA(t, b.asks(diameter.Success, cmr(action, func(c *t6a.CMR) { c.ExtendedPCO = asked }))))
		}

		other, err := t6a.ExtendedPCO{{ID: t6a.ContainerRDS}}.Append(nil)
		require.NoError(t, err)
		for _, pco := range [][]byte{other, {1, 2, 3}, {}} {
			cma = decodeCMA(t, b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.ExtendedPCO = pco })))
			require.Nil(t, cma.ExtendedPCO)
		}
	})
}

func TestEstablishRefused(t *testing.T) {
	t.Run("no configuration", func(t *testing.T) {
		covers(t, "29128-5.7.3-05", "29128-5.7.3-16")
		run(t, func(t *testing.T, b *bench) {
			ans := b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
			require.Zero(t, ans.Flags&diameter.FlagError)
			require.Zero(t, b.keys("ucdt"))
			b.configure()
			b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, func(c *t6a.CMR) { c.ServiceSelection = "other.example" }))
			b.asks(diameter.ErrorInvalidEPSBearer, odr("up"))
			b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.ServiceSelection = "IoT.Example" }))
		})
	})
	t.Run("not served", func(t *testing.T) {
		covers(t, "29128-5.7.3-01")
		run(t, func(t *testing.T, b *bench) {
			b.opts.Serves = func(ue id.IMSI) bool { return ue != imsi1 }
			b.restart()
			b.asks(diameter.ErrorUserUnknown, cmr(establish))
		})
	})
	t.Run("unknown user", func(t *testing.T) {
		covers(t, "29128-5.7.3-01", "29128-5.7.3-02", "29128-5.7.3-03", "29128-5.7.3-17", "29128-5.7.3-20")
		run(t, func(t *testing.T, b *bench) {
			b.asks(diameter.ErrorUserUnknown, cmr(release))
			b.asks(diameter.ErrorUserUnknown, cmr(update))
			b.asks(diameter.ErrorUserUnknown, cmr(99))
			b.configure()
			b.asks(diameter.ErrorInvalidEPSBearer, cmr(release))
			b.asks(diameter.ErrorInvalidEPSBearer, cmr(update))
			b.asks(diameter.ErrorOperationNotAllowed, cmr(99))
			b.attach()
			b.asks(diameter.ErrorInvalidEPSBearer, cmr(release, bearer(6)))
			b.asks(diameter.ErrorInvalidEPSBearer, cmr(update, bearer(6)))
		})
	})
}

// failedAVP wants an answer with the result and a Failed-AVP that names the code; it returns its content.
func failedAVP(t *testing.T, m *diameter.Message, want diameter.Result, code diameter.AVPCode) diameter.AVP {
	t.Helper()
	r, err := diameter.ResultOf(m)
	require.NoError(t, err)
	require.Equal(t, want.String(), r.String())
	f, ok := diameter.FindAVP(m.AVPs, 279, 0)
	require.True(t, ok, "no Failed-AVP")
	a, rest, err := diameter.NextAVP(f.Data)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, code, a.Code)
	return a
}

func TestMissingElements(t *testing.T) {
	covers(t, "29128-5.1-08", "29128-5.1-10", "29128-5.7.1-08", "29128-5.7.1-11", "29128-5.7.1-17", "29128-5.7.1-18", "29128-5.7.1-21",
		"29128-5.5.1-05", "29128-5.5.1-06")
	run(t, func(t *testing.T, b *bench) {
		b.configure()
		for _, c := range []struct {
			name   string
			action t6a.ConnectionAction
			change func(*t6a.CMR)
			want   diameter.Result
			code   diameter.AVPCode
		}{
			{"APN", establish, func(c *t6a.CMR) { c.ServiceSelection = "" }, diameter.MissingAVP, 493},
			{"charging characteristics", establish, func(c *t6a.CMR) { c.ThreeGPPChargingCharacteristics = "" }, diameter.MissingAVP, 13},
			{"RAT-Type", establish, func(c *t6a.CMR) { c.RATType = nil }, diameter.MissingAVP, 1032},
			{"Visited-PLMN-Id", establish, func(c *t6a.CMR) { c.VisitedPLMNID = nil }, diameter.MissingAVP, 1407},
			{"IMSI", establish, func(c *t6a.CMR) { c.UserIdentifier = t6a.UserIdentifier{ExternalIdentifier: "a@b"} }, diameter.MissingAVP, 3102},
			{"no IMSI", establish, func(c *t6a.CMR) { c.UserIdentifier.UserName = "me" }, diameter.InvalidAVPValue, 3102},
			{"two octets of EBI", establish, func(c *t6a.CMR) { c.BearerIdentifier = []byte{0, 5} }, diameter.InvalidAVPLength, 1020},
		} {
			ans := b.ask(cmr(c.action, c.change))
			failedAVP(t, ans, c.want, c.code)
		}
		ans := b.ask(odr("x", func(c *t6a.ODR) { c.UserIdentifier = t6a.UserIdentifier{ExternalIdentifier: "a@b"} }))
		user := failedAVP(t, ans, diameter.MissingAVP, 3102)
		name, _, err := diameter.NextAVP(user.Data)
		require.NoError(t, err)
		require.EqualValues(t, 1, name.Code, "User-Name inside User-Identifier")
		failedAVP(t, b.ask(odr("x", func(c *t6a.ODR) { c.BearerIdentifier = []byte{} })), diameter.InvalidAVPLength, 1020)

		b.attach()
		failedAVP(t, b.ask(cmr(update, func(c *t6a.CMR) { c.RATType = nil })), diameter.MissingAVP, 1032)
		failedAVP(t, b.ask(cmr(update, func(c *t6a.CMR) { c.VisitedPLMNID = nil })), diameter.MissingAVP, 1407)

		b.opts.AcceptIncompleteCMR = true
		b.restart()
		b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) {
			c.ThreeGPPChargingCharacteristics, c.RATType, c.VisitedPLMNID = "", nil, nil
		}))
		failedAVP(t, b.ask(cmr(establish, func(c *t6a.CMR) { c.ServiceSelection = "" })), diameter.MissingAVP, 493)
	})
}

// TestMissingMandatory takes each mandatory AVP out of a CMR and an ODR on the wire.
func TestMissingMandatory(t *testing.T) {
	covers(t, "29128-5.1-08", "29128-5.7.1-08", "29128-5.7.1-09", "29128-5.7.1-10", "29128-5.5.1-05", "29128-5.5.1-06")
	run(t, func(t *testing.T, b *bench) {
		b.configure()
		without := func(c diameter.Command, code diameter.AVPCode) *diameter.Message {
			m, err := diameter.NewRequest(c)
			require.NoError(t, err)
			var left []byte
			for rest := m.AVPs; len(rest) > 0; {
				var a diameter.AVP
				a, rest, err = diameter.NextAVP(rest)
				require.NoError(t, err)
				if a.Code != code {
					left = a.Append(left)
				}
			}
			m.AVPs = left
			return b.askRaw(b.p.T6a(), m)
		}
		for _, code := range []diameter.AVPCode{3102, 1020, 4314, 277, 264, 296, 283} {
			failedAVP(t, without(cmr(establish), code), diameter.MissingAVP, code)
		}
		for _, code := range []diameter.AVPCode{3102, 1020} {
			failedAVP(t, without(odr("x"), code), diameter.MissingAVP, code)
		}
	})
}

func TestUnknownCommand(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		m := &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: 8388718, App: t6a.App}
		ans := b.askRaw(b.p.T6a(), m)
		r, err := diameter.ResultOf(ans)
		require.NoError(t, err)
		require.Equal(t, diameter.CommandUnsupported, r)
		require.NotZero(t, ans.Flags&diameter.FlagError)
		m.App = s6t.App
		r, err = diameter.ResultOf(b.askRaw(b.p.S6t(), m))
		require.NoError(t, err)
		require.Equal(t, diameter.CommandUnsupported, r)
	})
}

func TestReleaseByMME(t *testing.T) {
	covers(t, "29128-5.7.3-19")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.detach()
		b.asks(diameter.ErrorInvalidEPSBearer, cmr(release))
		b.asks(diameter.ErrorInvalidEPSBearer, odr("up"))
		d, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus)
	})
}

func TestUpdateByMME(t *testing.T) {
	covers(t, "29128-5.7.3-24", "29128-5.7.3-25", "29128-5.7.1-13", "29128-5.7.1-14")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.asks(diameter.Success, cmr(update))
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, mmeID.Host, b.tdrs[0].DestinationHost)
		b.asks(diameter.Success, cmr(update, reachable, func(c *t6a.CMR) {
			c.OriginHost, c.OriginRealm = mme2ID.Host, "visited.example"
			c.MaximumUEAvailabilityTime = time.Now().Add(time.Minute)
		}))
		_, err = b.deliver(cfg, "y")
		require.NoError(t, err)
		require.Equal(t, mme2ID.Host, b.tdrs[1].DestinationHost)
		require.Equal(t, "visited.example", b.tdrs[1].DestinationRealm)
	})
}

// TestSeveralConnections checks that one reachable update stands for all connections of the UE.
func TestSeveralConnections(t *testing.T) {
	covers(t, "29128-5.7.3-26")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.asks(diameter.Success, cmr(establish, bearer(6)))
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "x")
		require.Equal(t, []byte{5}, b.tdrs[0].BearerIdentifier)
		b.mme = nil
		b.asks(diameter.Success, cmr(update, reachable, bearer(6)))
		require.Equal(t, []string{"x", "x"}, b.sent())
	})
}

func TestSGSN(t *testing.T) {
	covers(t, "29128-5.1-02", "29128-5.6.2-02", "29128-5.7.1-09")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, bearer(15), func(c *t6a.CMR) { c.OriginHost = "sgsn.example" })) // an NSAPI
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, []byte{15}, b.tdrs[0].BearerIdentifier)
		require.Equal(t, "sgsn.example", b.tdrs[0].DestinationHost)
		b.asks(diameter.Success, odr("up", func(c *t6a.ODR) { c.BearerIdentifier = []byte{15} }))
	})
}

func TestDefaultSCSAS(t *testing.T) {
	t.Run("accepted", func(t *testing.T) {
		covers(t, "29128-5.7.3-06", "29128-5.7.3-09")
		run(t, func(t *testing.T, b *bench) {
			b.opts.Default = &nidd.DefaultSCSAS{SCSAS: as1, Destination: dest1}
			b.restart()
			b.attach()
			require.Equal(t, imsi1, b.nirs[0].UserIdentifier.UserName)
			b.asks(diameter.Success, odr("up"))
			require.Equal(t, ext1, b.posts[0].ExternalID, "the SCS/AS learns the External Identifier")
			list, err := b.p.Configurations(t.Context(), as1)
			require.NoError(t, err)
			require.Len(t, list, 1)
			b.asks(diameter.Success, cmr(establish))
			require.Len(t, b.nirs, 1, "it is there already")
		})
	})
	t.Run("refused by the HSS", func(t *testing.T) {
		covers(t, "29128-5.7.3-08", "29128-5.7.3-16")
		run(t, func(t *testing.T, b *bench) {
			b.opts.Default = &nidd.DefaultSCSAS{SCSAS: as1, Destination: dest1}
			b.restart()
			for _, hss := range []func(*s6t.NIR) (*s6t.NIA, error){
				func(*s6t.NIR) (*s6t.NIA, error) { return &s6t.NIA{Result: diameter.ErrorUnauthorizedService}, nil },
				noAnswer[s6t.NIR, s6t.NIA],
				func(*s6t.NIR) (*s6t.NIA, error) {
					return &s6t.NIA{Result: diameter.Success, NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{UserName: imsi1}}, nil
				},
			} {
				b.hss = hss
				b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
				require.Zero(t, b.keys("uc"))
			}
		})
	})
}

func TestReleaseBySCEF(t *testing.T) {
	t.Run("answered", func(t *testing.T) {
		covers(t, "T8-4.4.5.2.1-51", "29128-5.8.1-01", "29128-5.8.1-04", "29128-5.8.1-05", "29128-5.8.1-06", "29128-5.8.1-07", "29128-5.8.2-03",
			"29128-5.8.2-04")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			synctest.Wait()
			require.Len(t, b.cmrs, 1)
			c := b.cmrs[0]
			require.Equal(t, release, c.ConnectionAction)
			require.Equal(t, imsi1, c.UserIdentifier.UserName)
			require.Equal(t, []byte{5}, c.BearerIdentifier)
			require.Equal(t, mmeID.Host, c.DestinationHost)
			require.Equal(t, scefID.Host, c.OriginHost)
			require.Zero(t, b.keys("ucdtx"), "nothing of the UE is left")
			b.asks(diameter.ErrorUserUnknown, odr("up"))
		})
	})
	t.Run("repeated until answered", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.cmr = noAnswer
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			synctest.Wait()
			b.asks(diameter.ErrorNIDDConfigurationUnavailable, odr("up"))
			b.restart()
			b.sleep(time.Minute)
			require.Greater(t, len(b.cmrs), 1)
			b.cmr = func(*t6a.CMR) (*t6a.CMA, error) { return &t6a.CMA{Result: diameter.ErrorUserUnknown}, nil }
			b.sleep(time.Minute)
			require.Zero(t, b.keys("ucdtx"))
		})
	})
	t.Run("given up", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.opts.ReleaseTries = 3
			b.restart()
			cfg := b.configure()
			b.attach()
			b.cmr = noPeer
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			b.sleep(5 * time.Minute)
			require.Len(t, b.cmrs, 3)
			require.Zero(t, b.keys("ucdtx"))
		})
	})
	t.Run("overtaken by a new establishment", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.cmr = noPeer
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			synctest.Wait()
			cfg = b.configure()
			d, err := b.deliver(cfg, "x")
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus, "a connection that is being released takes no data")
			b.attach()
			require.Equal(t, []string{"x"}, b.sent())
			b.sleep(5 * time.Minute)
			_, err = b.deliver(cfg, "y")
			require.NoError(t, err)
			require.Equal(t, []string{"x", "y"}, b.sent())
		})
	})
}

func TestUpdateConnection(t *testing.T) {
	covers(t, "29128-5.8.1-03", "29128-5.8.1-08", "29128-5.8.2-01")
	run(t, func(t *testing.T, b *bench) {
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 5, []byte{0x80}), fault.NotFound)
		cfg := b.configure()
		b.attach()
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 6, []byte{0x80}), fault.NotFound)
		require.NoError(t, b.p.UpdateConnection(t.Context(), imsi1, 5, []byte{0x80}))
		require.Equal(t, update, b.cmrs[0].ConnectionAction)
		require.Equal(t, []byte{0x80}, b.cmrs[0].ExtendedPCO)
		b.cmr = noAnswer
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 5, nil), fault.Timeout)
		b.cmr = noPeer
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 5, nil), fault.NextHop)
		b.cmr = func(*t6a.CMR) (*t6a.CMA, error) { return &t6a.CMA{Result: diameter.UnableToComply}, nil }
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 5, nil), fault.NetworkFailure)
		b.cmr = func(*t6a.CMR) (*t6a.CMA, error) { return &t6a.CMA{Result: diameter.ErrorInvalidEPSBearer}, nil }
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 5, nil), fault.NoPDNConnection)
		d, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus)
	})
}

func TestUplink(t *testing.T) {
	covers(t, "T8-4.4.5.4-03", "T8-4.4.5.4-04", "T8-4.4.5.4-05", "T8-4.4.5.4-06", "T8-4.4.5.4-07", "29128-5.5.1-01", "29128-5.5.1-07",
		"29128-5.5.1-12", "29128-5.5.3-04", "29128-5.5.3-07", "29128-5.5.3-11", "KAURI-14", "KAURI-43", "KAURI-53")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		req := odr("up\x00\xff")
		ans := b.asks(diameter.Success, req)
		require.EqualValues(t, 7, ans.HopByHop)
		require.EqualValues(t, 8, ans.EndToEnd)
		var oda t6a.ODA
		require.NoError(t, oda.Decode(ans))
		require.Equal(t, req.SessionID, oda.SessionID)
		require.Equal(t, scefID.Host, oda.OriginHost)
		require.Equal(t, []string{"POST " + dest1, "ANSWER"}, b.left()[2:])
		n := b.posts[0]
		require.Equal(t, "up\x00\xff", string(n.Data))
		require.Equal(t, ext1, n.ExternalID)
		require.Empty(t, n.MSISDN)
		require.Equal(t, t8.NIDDConfigurationURI(root1, as1, cfg), n.NIDDConfiguration)
		require.Nil(t, n.RDSPort)
	})
	run(t, func(t *testing.T, b *bench) {
		b.configure(func(c *t8.NIDDConfiguration) { c.ExternalID, c.MSISDN = "", msi1 })
		b.attach()
		b.asks(diameter.Success, odr("up"))
		require.Equal(t, msi1, b.posts[0].MSISDN, "the UE goes by the name that the SCS/AS used")
		require.Empty(t, b.posts[0].ExternalID)
	})
}

func TestUplinkRefused(t *testing.T) {
	covers(t, "29128-5.5.3-01", "29128-5.5.3-02", "29128-5.5.3-03", "29128-5.5.3-08", "T8-4.4.5.4-11", "29128-5.5.1-12")
	run(t, func(t *testing.T, b *bench) {
		experimental := func(m *diameter.Message) {
			_, ok := diameter.FindAVP(m.AVPs, 268, 0)
			require.False(t, ok, "T6a errors go into Experimental-Result")
			a, ok := diameter.FindAVP(m.AVPs, 297, 0)
			require.True(t, ok)
			vendor, _ := diameter.FindAVP(a.Data, 266, 0)
			require.EqualValues(t, 10415, binary.BigEndian.Uint32(vendor.Data))
			require.Zero(t, m.Flags&diameter.FlagError)
		}
		experimental(b.asks(diameter.ErrorUserUnknown, odr("up", func(c *t6a.ODR) { c.BearerIdentifier = []byte{9} })))
		cfg := b.configure()
		experimental(b.asks(diameter.ErrorInvalidEPSBearer, odr("up")))
		b.attach()
		experimental(b.asks(diameter.ErrorInvalidEPSBearer, odr("up", func(c *t6a.ODR) { c.BearerIdentifier = []byte{9} })))
		b.cmr = noPeer
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		experimental(b.asks(diameter.ErrorNIDDConfigurationUnavailable, odr("up")))
		require.Empty(t, b.posts)
	})
}

// TestUplinkToBadAS checks that no failure of the SCS/AS makes the MME drop the PDN connection.
func TestUplinkToBadAS(t *testing.T) {
	covers(t, "29128-5.5.3-06", "29128-5.5.3-09", "29128-5.5.3-10")
	for _, c := range []struct {
		name string
		err  error
		want diameter.Result
	}{
		{"down", &fault.Error{Code: fault.Unavailable}, diameter.TooBusy},
		{"slow", &fault.Error{Code: fault.Timeout}, diameter.TooBusy},
		{"fails", &fault.Error{Code: fault.Internal, Remote: true}, diameter.TooBusy},
		{"overloaded", &fault.Error{Code: fault.RateLimited, Remote: true}, diameter.TooBusy},
		{"does not know the configuration", &fault.Error{Code: fault.NotFound, Remote: true}, diameter.UnableToDeliver},
		{"does not like the body", &fault.Error{Code: fault.Malformed, Remote: true}, diameter.UnableToDeliver},
		{"not allowed by policy", &fault.Error{Code: fault.NotAuthorized}, diameter.TooBusy},
		{"who knows", errors.New("?"), diameter.TooBusy},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.configure()
				b.attach()
				b.post = func(ctx context.Context, _ *t8.NIDDUplinkDataNotification) error {
					until, ok := ctx.Deadline()
					require.True(t, ok)
					require.Equal(t, 5*time.Second, time.Until(until))
					return c.err
				}
				b.asks(c.want, odr("up"))
				b.post = nil
				b.asks(diameter.Success, odr("up"))
			})
		})
	}
}

func TestExceptionData(t *testing.T) {
	covers(t, "29128-5.5.1-09", "29128-5.5.1-11", "29128-5.5.3-05")
	run(t, func(t *testing.T, b *bench) {
		var got []uint32
		b.opts.Trace = &nidd.Trace{ExceptionData: func(apn id.APN, n uint32, since time.Time) {
			require.EqualValues(t, apn1, apn)
			require.False(t, since.IsZero())
			got = append(got, n)
		}}
		b.restart()
		b.configure()
		b.attach()
		counter := func(c *t6a.ODR) {
			c.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(3)), RRCCounterTimestamp: time.Now()}
		}
		b.asks(diameter.Success, odr("", counter))
		require.Empty(t, b.posts, "a counter alone is nothing for the SCS/AS")
		b.asks(diameter.Success, odr("up", counter))
		require.Len(t, b.posts, 1)
		require.Equal(t, []uint32{3, 3}, got)
	})
}
