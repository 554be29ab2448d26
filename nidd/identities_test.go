package nidd_test

import (
	"context"
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
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const (
	as2  = id.SCSASID("as2")
	as3  = id.SCSASID("as3")
	apn2 = "two.example"
	apn3 = "three.example"
	ext3 = id.ExternalID("other-name@example.com")
)

func destOf(as id.SCSASID) string { return "https://" + string(as) + ".example/notify" }

// runNames has three SCS/AS that name UE 1 by an External Identifier, its MSISDN and another External Identifier, each on an
// APN of its own. configs has their configurations, ebis the bearers of the UE.
func runNames(t *testing.T, fn func(t *testing.T, b *bench, configs map[id.SCSASID]string)) {
	t.Helper()
	run(t, func(t *testing.T, b *bench) {
		b.other = policy.NIDDByID{as2: {APN: apn2}, as3: {APN: apn3}}
		b.restart()
		tbcd, err := tgpp.AppendTBCD(nil, string(msi1))
		require.NoError(t, err)
		b.hss = func(q *s6t.NIR) (*s6t.NIA, error) { // each answer has all that the HSS knows beside the name it was asked for
			a := grant(time.Time{})
			a.NIDDAuthorizationResponse.MSISDN = tbcd
			if n := q.UserIdentifier.ExternalIdentifier; n != "" {
				a.NIDDAuthorizationResponse.ExternalIdentifier = n
			}
			return a, nil
		}
		configs := map[id.SCSASID]string{as1: b.configure()}
		for as, cfg := range map[id.SCSASID]*t8.NIDDConfiguration{
			as2: {MSISDN: msi1, NotificationDestination: destOf(as2), SupportedFeatures: allFeatures},
			as3: {ExternalID: ext3, NotificationDestination: destOf(as3), SupportedFeatures: allFeatures},
		} {
			got, err := b.p.CreateConfiguration(t.Context(), as, cfg)
			require.NoError(t, err)
			_, configs[as], _ = t8.ParseNIDDConfigurationURI(got.Self)
		}
		b.attach()
		b.asks(diameter.Success, cmr(establish, bearer(6), onAPN(apn2)))
		b.asks(diameter.Success, cmr(establish, bearer(7), onAPN(apn3)))
		fn(t, b, configs)
	})
}

func onAPN(apn string) func(*t6a.CMR) { return func(c *t6a.CMR) { c.ServiceSelection = apn } }

func over(ebi uint8) func(*t6a.ODR) { return func(c *t6a.ODR) { c.BearerIdentifier = []byte{ebi} } }

// names are what the SCS/AS call UE 1.
var names = map[id.SCSASID]t8.NIDDDownlinkDataTransfer{as1: {ExternalID: ext1}, as2: {MSISDN: msi1}, as3: {ExternalID: ext3}}

var ebis = map[id.SCSASID]uint8{as1: 5, as2: 6, as3: 7}

// TestNames checks that each SCS/AS hears of the UE by the name that it used, and only of its own connection.
func TestNames(t *testing.T) {
	covers(t, "T8-4.4.5.4-03", "T8-4.4.5.4-04", "T8-4.4.5.5-02", "T8-4.4.5.5-04")
	runNames(t, func(t *testing.T, b *bench, configs map[id.SCSASID]string) {
		for as, ebi := range ebis {
			b.posts, b.tdrs = nil, nil
			b.left()
			b.asks(diameter.Success, odr("up", over(ebi)))
			require.Len(t, b.posts, 1)
			require.Equal(t, names[as].ExternalID, b.posts[0].ExternalID)
			require.Equal(t, names[as].MSISDN, b.posts[0].MSISDN)
			dest := destOf(as)
			if as == as1 {
				dest = dest1
			}
			require.Equal(t, "POST "+dest, b.left()[0])
			d := names[as]
			d.Data = []byte("down")
			_, err := b.p.CreateDelivery(t.Context(), as, configs[as], &d)
			require.NoError(t, err)
			require.Equal(t, []byte{ebi}, b.tdrs[0].BearerIdentifier)
			wrong := names[map[id.SCSASID]id.SCSASID{as1: as3, as2: as1, as3: as1}[as]]
			wrong.Data = d.Data
			_, err = b.p.CreateDelivery(t.Context(), as, configs[as], &wrong)
			if as != as2 { // by its MSISDN as1 would know the UE, too
				require.ErrorIs(t, err, fault.InvalidParameter)
			}
		}
		b.notes = nil
		b.authorise(diameter.Success, s6t.UserIdentifier{ExternalIdentifier: string(ext3)}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(time.Hour)})
		require.Len(t, b.notes, 3, "all configurations of the UE, by whichever name the HSS means it")
		for _, n := range b.notes {
			switch n.to {
			case dest1:
				require.Equal(t, string(ext1), n.body["externalId"])
			case destOf(as2):
				require.Equal(t, string(msi1), n.body["msisdn"])
				require.NotContains(t, n.body, "externalId")
			default:
				require.Equal(t, string(ext3), n.body["externalId"])
				require.NotContains(t, n.body, "msisdn")
			}
		}
		b.notes = nil
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now(), ServiceSelection: apn2})
		require.Equal(t, []string{string(msi1)}, b.notified("msisdn"), "the HSS revoked one APN")
		b.asks(diameter.Success, odr("up", over(5)))
		b.asks(diameter.Success, odr("up", over(7)))
	})
}

// TestSeveralAPNs checks that the connections of a UE have lives of their own.
func TestSeveralAPNs(t *testing.T) {
	runNames(t, func(t *testing.T, b *bench, configs map[id.SCSASID]string) {
		deliver := func(as id.SCSASID) (*t8.NIDDDownlinkDataTransfer, error) {
			d := names[as]
			d.Data, d.PDNEstablishmentOption = []byte(as), t8.IndicateError
			return b.p.CreateDelivery(t.Context(), as, configs[as], &d)
		}
		b.asks(diameter.Success, cmr(update, moved, bearer(6)))
		for as, host := range map[id.SCSASID]string{as1: mmeID.Host, as2: mme2ID.Host} {
			b.tdrs = nil
			_, err := deliver(as)
			require.NoError(t, err)
			require.Equal(t, host, b.tdrs[0].DestinationHost)
		}
		b.asks(diameter.Success, cmr(release, bearer(6)))
		_, err := deliver(as2)
		require.ErrorIs(t, err, fault.NoPDNConnection)
		_, err = deliver(as1)
		require.NoError(t, err)
		b.cmrs = nil
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, configs[as1]))
		b.sleep(time.Second)
		require.Len(t, b.cmrs, 1)
		require.Equal(t, []byte{5}, b.cmrs[0].BearerIdentifier, "only the connection to the APN of the configuration")
		_, err = deliver(as3)
		require.NoError(t, err)
		b.asks(diameter.Success, odr("up", over(7)))
	})
}

// TestDefaultInDetail goes through what can happen while a UE that attaches is set up for the default SCS/AS.
func TestDefaultInDetail(t *testing.T) {
	withDefault := func(t *testing.T, fn func(t *testing.T, b *bench)) {
		t.Helper()
		run(t, func(t *testing.T, b *bench) {
			b.opts.Default = &nidd.DefaultSCSAS{SCSAS: as1, Destination: dest1}
			b.restart()
			fn(t, b)
		})
	}
	t.Run("the HSS does not know the user", func(t *testing.T) {
		covers(t, "29128-5.7.3-01")
		withDefault(t, func(t *testing.T, b *bench) {
			b.hss = resultNIA(diameter.ErrorUserUnknown)
			b.asks(diameter.ErrorUserUnknown, cmr(establish))
			require.Zero(t, b.keys("ucx"))
		})
	})
	t.Run("the answer waits for the HSS", func(t *testing.T) {
		covers(t, "29128-5.7.3-06", "29128-5.7.3-08")
		withDefault(t, func(t *testing.T, b *bench) {
			b.hss = func(*s6t.NIR) (*s6t.NIA, error) {
				time.Sleep(5 * time.Second)
				return nil, nil
			}
			begin := time.Now()
			b.attach()
			require.Equal(t, 5*time.Second, time.Since(begin))
			require.Equal(t, []string{"NIR", "ANSWER"}, b.left())
		})
	})
	t.Run("another APN", func(t *testing.T) {
		covers(t, "29128-5.7.3-08", "29128-5.7.3-16")
		withDefault(t, func(t *testing.T, b *bench) {
			b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, onAPN(apn2)))
			require.Empty(t, b.nirs)
			require.Zero(t, b.keys("ucx"))
		})
	})
	t.Run("without External Identifier", func(t *testing.T) {
		covers(t, "29128-5.7.3-06")
		withDefault(t, func(t *testing.T, b *bench) {
			b.hss = func(*s6t.NIR) (*s6t.NIA, error) {
				a := grant(time.Time{})
				a.NIDDAuthorizationResponse.ExternalIdentifier = ""
				return a, nil
			}
			b.attach()
			b.asks(diameter.Success, odr("up"))
			require.Equal(t, msi1, b.posts[0].MSISDN)
		})
	})
	t.Run("the SCS/AS is faster", func(t *testing.T) {
		withDefault(t, func(t *testing.T, b *bench) {
			cfg := ""
			b.hss = func(q *s6t.NIR) (*s6t.NIA, error) {
				if q.UserIdentifier.UserName != "" && cfg == "" {
					cfg = "under way"
					cfg = b.configure()
				}
				return nil, nil
			}
			b.attach()
			list, err := b.p.Configurations(t.Context(), as1)
			require.NoError(t, err)
			require.Len(t, list, 1)
			require.Equal(t, t8.NIDDConfigurationURI(root1, as1, cfg), list[0].Self)
			_, err = b.deliver(cfg, "x", option(t8.IndicateError))
			require.NoError(t, err)
		})
	})
	t.Run("two attempts at once", func(t *testing.T) {
		withDefault(t, func(t *testing.T, b *bench) {
			b.hss = func(*s6t.NIR) (*s6t.NIA, error) {
				time.Sleep(time.Second)
				return nil, nil
			}
			done := make(chan *diameter.Message, 2)
			for range 2 {
				go func() { done <- b.tell(cmr(establish)) }()
			}
			for range 2 {
				r, err := diameter.ResultOf(<-done)
				require.NoError(t, err)
				require.Equal(t, diameter.Success, r)
			}
			list, err := b.p.Configurations(t.Context(), as1)
			require.NoError(t, err)
			require.Len(t, list, 1)
			synctest.Wait()
		})
	})
	t.Run("it ends", func(t *testing.T) {
		withDefault(t, func(t *testing.T, b *bench) {
			b.prof.MaximumDuration = time.Hour
			b.restart()
			b.attach()
			b.sleep(time.Hour + time.Second)
			require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
			require.Len(t, b.cmrs, 1, "the connection is released")
			b.attach()
			require.Len(t, b.nirs, 2, "the HSS is asked again")
		})
	})
}

// TestHSSRestart checks what works while the HSS is away, and after it has come back under another name.
func TestHSSRestart(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.hss = noPeer[s6t.NIR, s6t.NIA]
		_, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Set(time.Now().Add(time.Hour))})
		require.ErrorIs(t, err, fault.Unavailable)
		got, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.True(t, got.Duration.IsZero(), "nothing changed")
		_, err = b.deliver(cfg, "x")
		require.NoError(t, err)
		b.asks(diameter.Success, odr("up"))
		b.detach()
		b.attach()

		b.hss = nil
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(time.Hour)})
		_, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Set(time.Now().Add(time.Minute))})
		require.NoError(t, err)
		b.hss = noPeer[s6t.NIR, s6t.NIA]
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg), "the HSS has no say in it")
	})
}

// TestGrantExpiresWithData lets the grant of the HSS run out while data is stored, and while it is being sent.
func TestGrantExpiresWithData(t *testing.T) {
	for name, keep := range map[string]bool{"removed": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			covers(t, "T8-4.4.5.5-09", "T8-4.4.5.5-10", "T8-4.4.5.5-11", "T8-4.4.5.5-12")
			run(t, func(t *testing.T, b *bench) {
				b.prof.KeepRevoked = keep
				b.restart()
				b.hss = func(*s6t.NIR) (*s6t.NIA, error) { return grant(time.Now().Add(time.Hour)), nil }
				cfg := b.configure()
				b.attach()
				b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
				d := b.buffer(cfg, "x")
				b.sleep(time.Hour - time.Second)
				require.Empty(t, b.notified("status"))
				b.sleep(2 * time.Second)
				require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
				require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"))
				require.Len(t, b.cmrs, 1)
				require.Equal(t, release, b.cmrs[0].ConnectionAction)
				_, err := b.deliver(cfg, "y")
				want := fault.NotFound
				if keep {
					want = fault.NotAuthorized
				}
				require.ErrorIs(t, err, want)
				_, err = b.p.Delivery(t.Context(), as1, cfg, d)
				require.ErrorIs(t, err, fault.NotFound)
				b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
				require.Equal(t, []string{"x"}, b.sent())
			})
		})
	}
	for name, end := range map[string]struct {
		answer *t6a.TDA
		want   []string
	}{
		"delivered":  {&t6a.TDA{Result: diameter.Success}, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}},
		"not taken":  {sleeping(time.Time{}), []string{"FAILURE"}},
		"next hop":   {&t6a.TDA{Result: diameter.UnableToComply}, []string{"FAILURE_NEXT_HOP"}},
		"not at all": {nil, []string{"FAILURE_TIMEOUT"}},
	} {
		t.Run("while it is sent: "+name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.hss = func(*s6t.NIR) (*s6t.NIA, error) { return grant(time.Now().Add(time.Hour)), nil }
				cfg := b.configure()
				b.buffer(cfg, "x")
				b.sleep(time.Hour - time.Second)
				b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
					time.Sleep(5 * time.Second)
					if end.answer == nil {
						return noAnswer[t6a.TDR, t6a.TDA](nil)
					}
					return end.answer, nil
				}
				b.attach()
				b.sleep(time.Minute)
				require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
				require.Equal(t, end.want, b.notified("deliveryStatus"), "each transfer has a result")
				require.Zero(t, b.keys("d"))
			})
		})
	}
	t.Run("while it is sent, and the sender is lost", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.hss = func(*s6t.NIR) (*s6t.NIA, error) { return grant(time.Now().Add(time.Hour)), nil }
			cfg := b.configure()
			b.buffer(cfg, "x")
			b.sleep(time.Hour - time.Second)
			b.crash(func() {})
			b.sleep(time.Minute)
			require.Len(t, b.notified("deliveryStatus"), 1)
			require.Zero(t, b.keys("d"))
		})
	})
}

// slowTrigger accepts triggers after a while, or does not.
type slowTrigger struct{ err error }

func (s slowTrigger) Trigger(context.Context, nidd.TriggerTarget, time.Time) error {
	time.Sleep(8 * time.Second)
	return s.err
}

// TestGrantExpiresWhileTriggering ends the configuration while a device trigger for its data is under way.
func TestGrantExpiresWhileTriggering(t *testing.T) {
	for name, refused := range map[string]error{"accepted": nil, "refused": errors.New("no SMS-SC")} {
		for how, drop := range map[string]bool{"kept": false, "dropped": true} {
			t.Run(name+", "+how, func(t *testing.T) {
				run(t, func(t *testing.T, b *bench) {
					b.opts.Trigger, b.prof.DropTriggered = slowTrigger{refused}, drop
					b.restart()
					b.hss = func(*s6t.NIR) (*s6t.NIA, error) { return grant(time.Now().Add(5 * time.Second)), nil }
					b.configure(func(c *t8.NIDDConfiguration) {
						c.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalID: ext1, Data: []byte("x"), PDNEstablishmentOption: t8.SendTrigger}}
					})
					b.sleep(6 * time.Second)
					require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
					require.Empty(t, b.notified("deliveryStatus"))
					b.sleep(time.Minute)
					require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"), "each transfer has a result")
					require.Zero(t, b.keys("ud"))
				})
			})
		}
	}
}
