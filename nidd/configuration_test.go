package nidd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

func TestCreateConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-14", "T8-4.4.5.2.1-16", "T8-4.4.5.2.1-18", "T8-4.4.5.2.1-19", "T8-4.4.5.2.1-20", "T8-4.4.5.2.1-23", "T8-4.4.5.2.1-09",
		"T8-4.4.5.2.1-10", "T8-4.4.5.2.1-24", "KAURI-09", "KAURI-37")
	run(t, func(t *testing.T, b *bench) {
		until := time.Now().Add(48 * time.Hour).Truncate(time.Second)
		got, err := b.p.CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: dest1, Duration: until, MTCProviderID: "meters",
			SupportedFeatures: "FFF", PDNEstablishmentOption: t8.WaitForUE, ReliableDataService: true, RDSPorts: []t8.RDSPort{{PortUE: 1, PortSCEF: 2}},
		})
		require.NoError(t, err)
		scsas, configID, ok := t8.ParseNIDDConfigurationURI(got.Self)
		require.True(t, ok)
		require.Equal(t, as1, scsas)
		require.True(t, strings.HasPrefix(got.Self, root1+"/3gpp-nidd/v1/as1/configurations/"))
		require.Equal(t, 8*1355, got.MaximumPacketSize, "what the header leaves")
		require.Equal(t, t8.NIDDActive, got.Status)
		require.True(t, until.Equal(got.Duration))
		require.True(t, got.SupportedFeatures.Equal(nidd.Features), "the features that both have")
		require.True(t, got.ReliableDataService)
		require.Equal(t, []t8.RDSPort{{PortUE: 1, PortSCEF: 2}}, got.RDSPorts)
		require.Equal(t, ext1, got.ExternalID)
		require.Empty(t, got.MSISDN, "the SCS/AS used the other name")

		nir := b.nirs[0]
		require.Equal(t, string(ext1), nir.UserIdentifier.ExternalIdentifier)
		require.Empty(t, nir.UserIdentifier.UserName)
		require.Equal(t, apn1, nir.NIDDAuthorizationRequest.ServiceSelection)
		require.True(t, until.Equal(nir.NIDDAuthorizationRequest.RequestedValidityTime))
		require.Equal(t, "meters", nir.MTCProviderInfo.MTCProviderID)
		require.Equal(t, scefID.Host, nir.OriginHost)
		require.Equal(t, "example", nir.DestinationRealm)
		require.Empty(t, nir.DestinationHost)

		read, err := b.p.Configuration(t.Context(), as1, configID)
		require.NoError(t, err)
		read.DownlinkDataTransfers, got.Duration = nil, got.Duration.UTC()
		require.Equal(t, got, read)
		list, err := b.p.Configurations(t.Context(), as1)
		require.NoError(t, err)
		require.Len(t, list, 1)
		list, err = b.p.Configurations(t.Context(), "as2")
		require.NoError(t, err)
		require.Empty(t, list)
		_, err = b.p.Configuration(t.Context(), "as2", configID)
		require.ErrorIs(t, err, fault.NotFound)

		b.attach()
		b.asks(diameter.Success, odr("the IMSI leads to the configuration"))
		require.Equal(t, ext1, b.posts[0].ExternalID)
	})
}

func TestCreateByMSISDN(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-18")
	run(t, func(t *testing.T, b *bench) {
		b.configure(func(c *t8.NIDDConfiguration) { c.ExternalID, c.MSISDN = "", msi1 })
		digits, err := tgpp.ParseTBCD(b.nirs[0].UserIdentifier.MSISDN)
		require.NoError(t, err)
		require.Equal(t, string(msi1), digits)
		require.Empty(t, b.nirs[0].UserIdentifier.ExternalIdentifier)
	})
}

func TestCreateRefused(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-13", "T8-4.4.5.2.1-15", "T8-4.3.1-05", "T8-4.3.1-06", "KAURI-11")
	run(t, func(t *testing.T, b *bench) {
		b.opts.CheckDestination = func(uri string) error {
			if strings.Contains(uri, "evil") {
				return context.Canceled
			}
			return nil
		}
		b.restart()
		for _, c := range []struct {
			name   string
			as     id.SCSASID
			change func(*t8.NIDDConfiguration)
			want   fault.Code
			param  string
		}{
			{"stranger", "stranger", func(*t8.NIDDConfiguration) {}, fault.NotAuthorized, ""},
			{"group", as1, func(c *t8.NIDDConfiguration) {
				c.ExternalID, c.ExternalGroupID = "", "g@example.com"
				c.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalGroupID: "g@example.com", Data: []byte("x")}}
			}, fault.OperationProhibited, ""},
			{"past", as1, func(c *t8.NIDDConfiguration) { c.Duration = time.Now() }, fault.ParameterOutOfRange, "/duration"},
			{"option", as1, func(c *t8.NIDDConfiguration) { c.PDNEstablishmentOption = "X" }, fault.ParameterOutOfRange, "/pdnEstablishmentOption"},
			{"destination", as1, func(c *t8.NIDDConfiguration) { c.NotificationDestination = "https://evil/" }, fault.ParameterOutOfRange, "/notificationDestination"},
			{"two deliveries", as1, func(c *t8.NIDDConfiguration) {
				c.DownlinkDataTransfers = make([]t8.NIDDDownlinkDataTransfer, 2)
				for i := range c.DownlinkDataTransfers {
					c.DownlinkDataTransfers[i] = t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("x")}
				}
			}, fault.InvalidParameter, "/niddDownlinkDataTransfers"},
			{"delivery to another", as1, func(c *t8.NIDDConfiguration) {
				c.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalID: "other@example.com", Data: []byte("x")}}
			}, fault.InvalidParameter, "/niddDownlinkDataTransfers/0"},
		} {
			cfg := &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1}
			c.change(cfg)
			_, err := b.p.CreateConfiguration(t.Context(), c.as, cfg)
			require.ErrorIs(t, err, c.want, c.name)
			if c.param != "" {
				require.Equal(t, c.param, fault.As(err).Params[0].Param, c.name)
			}
		}
		require.Empty(t, b.nirs, "the HSS was not asked")
		require.Zero(t, b.keys("ucdotx"))
	})
}

func TestHSSRefuses(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-26")
	for _, c := range []struct {
		name   string
		hss    func(*s6t.NIR) (*s6t.NIA, error)
		want   fault.Code
		status int
	}{
		{"unknown user", resultNIA(diameter.ErrorUserUnknown), fault.UserUnknown, 404},
		{"not authorised", resultNIA(diameter.ErrorUnauthorizedService), fault.NotAuthorized, 403},
		{"entity not authorised", resultNIA(diameter.ErrorUnauthorizedRequestingEntity), fault.NotAuthorized, 403},
		{"no APN subscription", resultNIA(diameter.ErrorUserNoAPNSubscription), fault.NotAuthorized, 403},
		{"unable to comply", resultNIA(diameter.UnableToComply), fault.NetworkFailure, 500},
		{"agent cannot deliver", resultNIA(diameter.UnableToDeliver), fault.Unavailable, 503},
		{"down", noPeer[s6t.NIR, s6t.NIA], fault.Unavailable, 503},
		{"throttled", throttled[s6t.NIR, s6t.NIA], fault.Unavailable, 503},
		{"silent", noAnswer[s6t.NIR, s6t.NIA], fault.Unavailable, 503},
		{"no IMSI", func(*s6t.NIR) (*s6t.NIA, error) {
			return &s6t.NIA{Result: diameter.Success, NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{}}, nil
		}, fault.NetworkFailure, 500},
		{"no response", resultNIA(diameter.Success), fault.NetworkFailure, 500},
		{"a grant of the past", func(*s6t.NIR) (*s6t.NIA, error) { return grant(time.Now().Add(-time.Hour)), nil }, fault.NotAuthorized, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.hss = c.hss
				_, err := b.p.CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
				require.ErrorIs(t, err, c.want)
				require.Equal(t, c.status, fault.As(err).Status())
				require.Zero(t, b.keys("ucdotx"), "no resource")
			})
		})
	}
}

func resultNIA(r diameter.Result) func(*s6t.NIR) (*s6t.NIA, error) {
	return func(*s6t.NIR) (*s6t.NIA, error) { return &s6t.NIA{Result: r}, nil }
}

func TestSecondConfiguration(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		_, err := b.p.CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
		require.ErrorIs(t, err, fault.OperationProhibited)
		_, err = b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
		require.ErrorIs(t, err, fault.OperationProhibited, "one SCS/AS for a PDN connection")
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.configure()
	})
}

func TestPiggyback(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-08", "T8-4.4.5.2.1-21", "T8-4.4.5.2.1-22", "T8-4.4.5.2.1-27", "T8-4.4.5.2.1-28", "T8-4.4.5.2.1-29",
		"T8-4.4.5.2.1-32")
	run(t, func(t *testing.T, b *bench) {
		w := b.postConfiguration(`{"externalId":"` + string(ext1) + `","notificationDestination":"` + dest1 + `",
			"niddDownlinkDataTransfers":[{"externalId":"` + string(ext1) + `","data":"aGVsbG8="}]}`)
		require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
		var cfg t8.NIDDConfiguration
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &cfg))
		require.Equal(t, cfg.Self, w.Header().Get("Location"))
		require.Len(t, cfg.DownlinkDataTransfers, 1)
		require.NotEmpty(t, cfg.DownlinkDataTransfers[0].Self)
		b.attach()
		require.Equal(t, []string{"hello"}, b.sent())
		require.Equal(t, []string{cfg.DownlinkDataTransfers[0].Self}, b.notified("niddDownlinkDataTransfer"))
	})
}

// TestPiggybackAfterResponse checks that the MT procedure begins after the answer: what it does first for a UE without
// PDN connection is to trigger it.
func TestPiggybackAfterResponse(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-31")
	run(t, func(t *testing.T, b *bench) {
		b.opts.Trigger = triggerFunc(func() { b.record("TRIGGER", func() {}) })
		b.restart()
		w := b.postConfiguration(`{"externalId":"` + string(ext1) + `","notificationDestination":"` + dest1 + `",
			"niddDownlinkDataTransfers":[{"externalId":"` + string(ext1) + `","data":"aGVsbG8=","pdnEstablishmentOption":"SEND_TRIGGER"}]}`)
		require.Equal(t, http.StatusCreated, w.Code, w.Body.String())
		synctest.Wait()
		require.Equal(t, []string{"NIR", "RESPONSE", "TRIGGER"}, b.left())
	})
}

type triggerFunc func()

func (f triggerFunc) Trigger(context.Context, nidd.TriggerTarget, time.Time) error {
	f()
	return nil
}

// postConfiguration creates a configuration through the HTTP handler.
func (b *bench) postConfiguration(body string) *orderedWriter {
	h, err := t8.NewHandler(everybody{}, nil, t8.NIDDAPI(b.p))
	require.NoError(b.t, err)
	w := &orderedWriter{ResponseRecorder: httptest.NewRecorder(), b: b}
	r := httptest.NewRequest("POST", root1+"/3gpp-nidd/v1/as1/configurations", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	return w
}

type everybody struct{}

func (everybody) Authenticate(*http.Request) (policy.Caller, string, error) {
	return policy.Caller{ID: as1}, "", nil
}

type orderedWriter struct {
	*httptest.ResponseRecorder
	b *bench
}

func (w *orderedWriter) WriteHeader(code int) {
	w.b.record("RESPONSE", func() {})
	w.ResponseRecorder.WriteHeader(code)
}

func TestPiggybackTooLarge(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-33")
	run(t, func(t *testing.T, b *bench) {
		got, err := b.p.CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: dest1,
			DownlinkDataTransfers: []t8.NIDDDownlinkDataTransfer{{ExternalID: ext1, Data: make([]byte, 2000)}},
		})
		require.NoError(t, err)
		require.Empty(t, got.DownlinkDataTransfers)
		require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"))
		b.attach()
		require.Empty(t, b.sent())
	})
}

func TestModifyConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-37", "T8-4.4.5.2.1-38", "T8-4.4.5.2.1-40", "T8-4.4.5.2.1-41", "T8-4.4.5.2.1-44", "T8-4.4.5.2.1-36", "T8-4.4.5.2.1-39")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		until := time.Now().Add(time.Hour).Truncate(time.Second)
		patch := &t8.NIDDConfigurationPatch{
			Duration: t8.Set(until), NotificationDestination: t8.Set("https://as.example/other"), PDNEstablishmentOption: t8.Set(t8.IndicateError),
		}
		for _, as := range []id.SCSASID{"as2", "stranger"} {
			_, err := b.p.ModifyConfiguration(t.Context(), as, cfg, patch)
			require.Error(t, err)
		}
		_, err := b.p.ModifyConfiguration(t.Context(), as1, "nope", patch)
		require.ErrorIs(t, err, fault.NotFound)
		b.hss = resultNIA(diameter.ErrorUnauthorizedService)
		_, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, patch)
		require.ErrorIs(t, err, fault.NotAuthorized)
		b.hss = nil
		got, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.True(t, got.Duration.IsZero(), "unchanged")
		require.Equal(t, dest1, got.NotificationDestination)

		before := len(b.nirs)
		got, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, patch)
		require.NoError(t, err)
		require.Len(t, b.nirs, before+1)
		require.Equal(t, hssID.Host, b.nirs[before].DestinationHost, "the HSS that answered before")
		require.True(t, until.Equal(b.nirs[before].NIDDAuthorizationRequest.RequestedValidityTime))
		require.True(t, until.Equal(got.Duration))
		require.Equal(t, "https://as.example/other", got.NotificationDestination)
		require.Equal(t, t8.IndicateError, got.PDNEstablishmentOption)
		got, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Null[time.Time]()})
		require.NoError(t, err)
		require.True(t, got.Duration.IsZero())
		_, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Set(time.Now().Add(-time.Second))})
		require.ErrorIs(t, err, fault.ParameterOutOfRange)
		b.sleep(2 * time.Hour)
		_, err = b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err, "the old end does not count any more")
	})
}

func TestDeleteConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-46", "T8-4.4.5.2.1-47", "T8-4.4.5.2.1-48", "T8-4.4.5.2.1-49", "T8-4.4.5.2.1-50")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		d := b.buffer(cfg, "x")
		require.ErrorIs(t, b.p.DeleteConfiguration(t.Context(), "as2", cfg), fault.NotFound)
		require.ErrorIs(t, b.p.DeleteConfiguration(t.Context(), "stranger", cfg), fault.NotAuthorized)
		require.ErrorIs(t, b.p.DeleteConfiguration(t.Context(), as1, "nope"), fault.NotFound)
		_, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		_, err = b.p.Configuration(t.Context(), as1, cfg)
		require.ErrorIs(t, err, fault.NotFound)
		_, err = b.p.Delivery(t.Context(), as1, cfg, d)
		require.ErrorIs(t, err, fault.NotFound)
		b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
		require.Empty(t, b.sent())
		b.sleep(2 * time.Hour)
		require.Zero(t, b.keys("ucdotx"), "nothing is left")
	})
}

func TestDurationExpires(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-54", "T8-4.4.5.2.1-55")
	run(t, func(t *testing.T, b *bench) {
		until := time.Now().Add(time.Hour)
		cfg := b.configure(func(c *t8.NIDDConfiguration) { c.Duration = until })
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		d := b.buffer(cfg, "x")
		b.sleep(time.Hour - time.Second)
		_, err := b.p.Delivery(t.Context(), as1, cfg, d)
		require.NoError(t, err)
		b.restart()
		b.sleep(2 * time.Second)
		require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"))
		require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
		_, err = b.p.Configuration(t.Context(), as1, cfg)
		require.ErrorIs(t, err, fault.NotFound)
		_, err = b.p.Delivery(t.Context(), as1, cfg, d)
		require.ErrorIs(t, err, fault.NotFound)
		require.Len(t, b.cmrs, 1, "the PDN connection is released")
	})
	run(t, func(t *testing.T, b *bench) {
		b.prof.MaximumDuration = time.Hour
		b.restart()
		cfg := b.configure()
		got, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.False(t, got.Duration.IsZero(), "policy limits the duration")
		b.sleep(time.Hour + time.Second)
		require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
	})
	run(t, func(t *testing.T, b *bench) { // what the HSS grants has no fraction of a second any more
		b.hss = func(q *s6t.NIR) (*s6t.NIA, error) {
			return grant(q.NIDDAuthorizationRequest.RequestedValidityTime), nil
		}
		end := time.Now().Add(time.Hour + time.Second/2)
		b.configure(func(c *t8.NIDDConfiguration) { c.Duration = end })
		b.sleep(time.Hour)
		require.Empty(t, b.notified("status"))
		b.sleep(time.Second)
		require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
	})
}

// authorise sends an NIR of the HSS and wants the result.
func (b *bench) authorise(want diameter.Result, u s6t.UserIdentifier, v ...s6t.APNValidityTime) {
	b.t.Helper()
	req, err := diameter.NewRequest(&s6t.NIR{
		SessionID: "hss;1;1", OriginHost: hssID.Host, OriginRealm: hssID.Realm, DestinationHost: scefID.Host, DestinationRealm: scefID.Realm,
		UserIdentifier: u, NIDDAuthorizationUpdate: &s6t.NIDDAuthorizationUpdate{APNValidityTime: v},
	})
	require.NoError(b.t, err)
	ans := b.askRaw(b.p.S6t(), req)
	synctest.Wait()
	r, err := diameter.ResultOf(ans)
	require.NoError(b.t, err)
	require.Equal(b.t, want.String(), r.String())
}

func TestAuthorisationUpdate(t *testing.T) {
	covers(t, "T8-4.4.5.5-02", "T8-4.4.5.5-03", "T8-4.4.5.5-04", "T8-4.4.5.5-05", "T8-4.4.5.5-06", "T8-4.1-02")
	tbcd, err := tgpp.AppendTBCD(nil, string(msi1))
	require.NoError(t, err)
	for name, u := range map[string]s6t.UserIdentifier{
		"IMSI":                {UserName: imsi1},
		"External Identifier": {ExternalIdentifier: string(ext1)},
		"MSISDN":              {MSISDN: tbcd},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				until := time.Now().Add(time.Hour).Truncate(time.Second)
				b.authorise(diameter.Success, u, s6t.APNValidityTime{GrantedValidityTime: until})
				require.Equal(t, []string{"ACTIVE"}, b.notified("status"))
				require.Equal(t, []string{string(ext1)}, b.notified("externalId"))
				require.Equal(t, []string{t8.NIDDConfigurationURI(root1, as1, cfg)}, b.notified("niddConfiguration"))
				require.Equal(t, dest1, b.notes[0].to)
				got, err := b.p.Configuration(t.Context(), as1, cfg)
				require.NoError(t, err)
				require.True(t, until.Equal(got.Duration))
				b.sleep(time.Hour + time.Second)
				require.Equal(t, []string{"ACTIVE", "TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"), "the grant ran out")
			})
		})
	}
	t.Run("errors", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.authorise(diameter.ErrorUserUnknown, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now()})
			b.authorise(diameter.ErrorUserUnknown, s6t.UserIdentifier{ExternalIdentifier: "x@y"}, s6t.APNValidityTime{GrantedValidityTime: time.Now()})
			b.authorise(diameter.InvalidAVPValue, s6t.UserIdentifier{}, s6t.APNValidityTime{GrantedValidityTime: time.Now()})
			b.configure()
			b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now(), ServiceSelection: "other"})
			require.Empty(t, b.notified("status"), "another APN")
		})
	})
}

// A revocation that comes while the HSS is asked about a change is not lost: the HSS is asked again.
func TestRevocationDuringModification(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.KeepRevoked = true
		b.restart()
		cfg := b.configure()
		b.hss = func(*s6t.NIR) (*s6t.NIA, error) {
			if len(b.nirs) == 2 { // it agrees, and changes its mind before the answer has arrived
				b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(-time.Second)})
				return nil, nil
			}
			return &s6t.NIA{Result: diameter.ErrorUnauthorizedService}, nil
		}
		_, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Set(time.Now().Add(time.Hour))})
		require.Error(t, err)
		require.Len(t, b.nirs, 3)
		got, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.Equal(t, t8.NIDDTerminatedUENotAuthorized, got.Status)
	})
}

// interrupted is a store in which something happens just before a transaction.
type interrupted struct {
	store.Store
	before atomic.Pointer[func()] // of the next transaction
}

func (s *interrupted) Update(ctx context.Context, fn func(store.Tx) error) error {
	if before := s.before.Swap(nil); before != nil {
		(*before)()
	}
	return s.Store.Update(ctx, fn)
}

// A UE does not get a connection when the authorisation is revoked while it attaches.
func TestRevokedWhileAttaching(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.close()
		s := &interrupted{Store: b.store}
		b.store, b.prof.KeepRevoked = s, true
		b.start()
		cfg := b.configure()
		s.before.Store(new(func() {
			b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(-time.Second)})
		}))
		b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.sleep(time.Minute)
		require.Zero(t, b.keys("u"), "nothing is left of the UE")
	})
}

func TestRevocation(t *testing.T) {
	revoke := func(b *bench) {
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1},
			s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(-time.Second), ServiceSelection: apn1})
	}
	t.Run("removed", func(t *testing.T) {
		covers(t, "T8-4.4.5.5-09", "T8-4.4.5.5-11", "T8-4.4.5.5-12", "T8-4.4.5.5-03", "T8-4.4.5.5-06")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.left()
			revoke(b)
			require.Equal(t, []string{"ANSWER", "CMR mme1.example"}, b.left())
			require.Equal(t, release, b.cmrs[0].ConnectionAction)
			require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
			_, err := b.deliver(cfg, "x")
			require.ErrorIs(t, err, fault.NotFound)
		})
	})
	t.Run("kept", func(t *testing.T) {
		covers(t, "T8-4.4.5.5-09", "T8-4.4.5.5-10")
		run(t, func(t *testing.T, b *bench) {
			b.prof.KeepRevoked = true
			b.restart()
			cfg := b.configure()
			d := b.buffer(cfg, "x")
			b.asks(diameter.Success, cmr(establish))
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			kept := b.buffer(cfg, "y")
			require.NotEqual(t, d, kept)
			revoke(b)
			require.Len(t, b.cmrs, 1)
			require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
			_, err := b.deliver(cfg, "x")
			require.ErrorIs(t, err, fault.NotAuthorized)
			require.Equal(t, 403, fault.As(err).Status())
			got, err := b.p.Configuration(t.Context(), as1, cfg)
			require.NoError(t, err)
			require.Equal(t, t8.NIDDTerminatedUENotAuthorized, got.Status)
			b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish))
			require.Contains(t, b.notified("deliveryStatus"), "FAILURE", "each transfer has a result")
			revoke(b)
			require.Len(t, b.notified("status"), 1, "it is revoked already")

			b.mme = nil
			b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(time.Hour)})
			require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED", "ACTIVE"}, b.notified("status"))
			b.attach()
			_, err = b.deliver(cfg, "z")
			require.NoError(t, err)
		})
	})
}

func TestPortsAreNotOffered(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		list, err := b.p.Ports(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.Empty(t, list)
		_, err = b.p.Port(t.Context(), as1, cfg, "ue1-ef1")
		require.ErrorIs(t, err, fault.NotFound)
		_, err = b.p.ReservePort(t.Context(), as1, cfg, "ue1-ef1", &t8.ManagePort{AppID: "a"})
		require.ErrorIs(t, err, fault.OperationProhibited)
		_, err = b.p.ReleasePort(t.Context(), as1, cfg, "ue1-ef1")
		require.ErrorIs(t, err, fault.OperationProhibited)
		_, err = b.p.Ports(t.Context(), "as2", cfg)
		require.ErrorIs(t, err, fault.NotFound)
	})
}

// TestNoIdentityInLogs sends procedures through a JSON log and looks for the digits of the subscriber.
func TestNoIdentityInLogs(t *testing.T) {
	var logged bytes.Buffer
	run(t, func(t *testing.T, b *bench) {
		b.opts.Logger = slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		b.restart()
		cfg := b.configure()
		b.attach()
		b.asks(diameter.Success, odr("up"))
		b.ask(odr("x", func(c *t6a.ODR) { c.UserIdentifier.UserName += "x" }))
		b.post = func(context.Context, *t8.NIDDUplinkDataNotification) error { return fault.Unavailable }
		b.asks(diameter.TooBusy, odr("up"))
		for _, mme := range []func(*t6a.TDR) (*t6a.TDA, error){noPeer[t6a.TDR, t6a.TDA], noAnswer[t6a.TDR, t6a.TDA], result(diameter.UnableToComply), result(diameter.ErrorInvalidEPSBearer)} {
			b.mme = mme
			_, _ = b.deliver(cfg, "x")
		}
		b.cmr = noAnswer
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now()})
		b.sleep(time.Minute)
	})
	require.NotEmpty(t, logged.String())
	for _, secret := range []string{imsi1, imsi1[5:], string(msi1), "meter1"} {
		require.NotContains(t, logged.String(), secret)
	}
}

func TestOptionsChecked(t *testing.T) {
	_, err := nidd.New(nidd.Deps{}, &nidd.Options{AnswerTimeout: time.Hour, Lanes: -1})
	require.ErrorContains(t, err, "Deps.Store is missing")
	require.ErrorContains(t, err, "AnswerTimeout is out of range")
	require.ErrorContains(t, err, "Lanes is out of range")
}

func TestClosed(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.p.Close()
		b.p.Close()
		_, err := b.deliver(cfg, "x")
		require.ErrorIs(t, err, fault.Unavailable)
		b.asks(diameter.TooBusy, odr("x"))
	})
}
