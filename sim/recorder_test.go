package sim_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// golden compares got with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// play records a scenario that has everything that the ladder can show.
func play(t *testing.T, rec *sim.Recorder) {
	t.Helper()
	http := rec.HTTP("AS", "SCEF")
	notify := rec.HTTP("SCEF", "AS")
	exchange := func(tr *t8.Trace, x t8.Exchange) {
		tr.Request(t.Context(), &x)
		time.Sleep(2 * time.Millisecond)
		tr.Answer(t.Context(), &x)
	}
	const root = "http://scef.example/3gpp-nidd/v1/as1/configurations"

	rec.Phase("1  The AS configures NIDD")
	h := sim.NewHSS(hssID, &sim.HSSOptions{Recorder: rec})
	h.Provision(subscriber())
	s := join(t, h)
	x := &t8.Exchange{Method: "POST", URI: root, Request: []byte(`{"externalId":"meter-1@example.com","notificationDestination":"http://as.example/n"}`)}
	http.Request(t.Context(), x)
	s.ask(hssID, nir(s, s6t.UserIdentifier{ExternalIdentifier: string(externalID)}, apn), nil)
	x.Status, x.Location, x.Answer = 201, root+"/0000000000000000abcde", []byte(`{"externalId":"meter-1@example.com","status":"ACTIVE"}`)
	http.Answer(t.Context(), x)
	s.ask(hssID, nir(s, s6t.UserIdentifier{MSISDN: tbcd(t, msisdn)}, "other"), nil)

	rec.Phase("2  The UE attaches")
	m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{
		Recorder: rec, AcknowledgedDelivery: true,
		ServingPLMNRateControl: &t6a.ServingPLMNRateControl{DownlinkRateLimit: new(uint32(9))},
		Retransmission:         func(_ *sim.UE, wakesAt, _ time.Time) time.Time { return wakesAt },
	})
	require.NoError(t, err)
	s = join(t, m)
	s.pco = []byte{0x80}
	ue := sim.NewUE(imsi, &sim.UEOptions{PCO: []byte{0x80}})
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	time.Sleep(1500 * time.Millisecond)

	rec.Phase("3  Data")
	require.NoError(t, ue.Send(t.Context(), []byte("21.5 °C")))
	require.NoError(t, m.Uplink(t.Context(), ue, sim.Uplink{Data: []byte{1, 2, 0xff}, Exception: true}))
	exchange(notify, t8.Exchange{Method: "POST", URI: "/n", Request: []byte(`{"niddConfiguration":"` + root + `/0000000000000000abcde","externalId":"meter-1@example.com","data":"MjEuNSDCsEM="}`), Status: 204})
	require.Equal(t, diameter.Success, s.deliver("on"))
	ue.SleepUntil(time.Now().Add(time.Hour))
	tdr := s.tdr(mmeID, 5, strings.Repeat("long ", 20))
	tdr.MaximumRetransmissionTime = time.Now().Add(2 * time.Hour)
	s.ask(mmeID, tdr, nil)
	exchange(http, t8.Exchange{
		Method: "POST", URI: root + "/0000000000000000abcde/downlink-data-deliveries",
		Request: []byte(`{"externalId":"meter-1@example.com","data":"AQID","maximumLatency":60}`), Status: 500,
		Answer: []byte(`{"problemDetail":{"status":500,"cause":"TEMPORARILY_NOT_REACHABLE","detail":"asleep"},"requestedRetransmissionTime":"2000-01-01T01:00:00Z"}`),
	})
	exchange(http, t8.Exchange{Method: "GET", URI: root, Err: context.DeadlineExceeded})
	time.Sleep(30 * time.Minute)

	rec.Phase("4  The UE wakes and leaves")
	require.NoError(t, ue.WakeUntil(t.Context(), time.Now().Add(time.Minute)))
	s.answer(t6a.CodeODR, diameter.ErrorInvalidEPSBearer)
	require.Error(t, ue.Send(t.Context(), []byte("x")))
	require.NoError(t, ue.Detach(t.Context()))
}

func TestLadder(t *testing.T) {
	for _, c := range []struct {
		file string
		rec  *sim.RecorderOptions
		opts *sim.LadderOptions
	}{
		{"ladder.txt", nil, nil},
		{"ladder-masked.txt", &sim.RecorderOptions{Mask: true}, &sim.LadderOptions{Width: 90}},
		{"ladder-color.txt", nil, &sim.LadderOptions{Color: true}},
	} {
		t.Run(c.file, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := sim.NewRecorder(c.rec)
				play(t, rec)
				var b bytes.Buffer
				require.NoError(t, rec.WriteLadder(&b, c.opts))
				golden(t, c.file, b.String())
				width := 118
				if c.opts != nil && c.opts.Width > 0 {
					width = c.opts.Width
				}
				if c.opts != nil && c.opts.Color {
					return
				}
				for line := range strings.SplitSeq(b.String(), "\n") {
					require.LessOrEqual(t, utf8.RuneCountInString(line), width)
				}
			})
		})
	}
}

func TestMaskHidesIdentities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := sim.NewRecorder(&sim.RecorderOptions{Mask: true})
		play(t, rec)
		var b bytes.Buffer
		require.NoError(t, rec.WriteLadder(&b, nil))
		require.NoError(t, rec.WriteMessages(&b, nil))
		for _, s := range []string{string(imsi), string(msisdn), "meter-1@"} {
			require.NotContains(t, b.String(), s)
		}
	})
}

// TestMaskHidesIdentitiesOfT8: in members of whatever name, in lists and in patches.
func TestMaskHidesIdentitiesOfT8(t *testing.T) {
	rec := sim.NewRecorder(&sim.RecorderOptions{Mask: true})
	h := rec.HTTP("AS", "SCEF")
	for _, body := range []string{
		`{"excludedMsisdns":["999000000001"],"externalIds":["meter-1@example.com"],"extGroupId":"group-1@example.com"}`,
		`{"a":[{"gpsi":"msisdn-999000000001"},{"gpsi":"extid-meter-1@example.com"}]}`,
		`[{"op":"add","path":"/addedMsisdns/-","value":"999000000001"},{"op":"add","path":"/x","value":{"msisdn":"999000000001"}}]`,
		`{"externalId":{"msisdn":"999000000001"}}`,
	} {
		h.Answer(t.Context(), &t8.Exchange{Method: "PATCH", URI: "/", Request: []byte(body), Status: 200, Answer: []byte(body)})
	}
	require.Len(t, rec.Events(), 8)
	for _, e := range rec.Events() {
		for _, s := range []string{"99900000", "meter-1@", "group-1@"} {
			require.NotContains(t, e.Text+e.Detail, s)
		}
		require.Contains(t, e.Detail, "**")
	}
}

// TestMessages: what is told in full has the number that it has in the ladder.
func TestMessages(t *testing.T) {
	rec := sim.NewRecorder(nil)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rec.Add(sim.Event{Time: begin, Kind: sim.Phase, Text: "1  First"})
	rec.Add(sim.Event{Time: begin, Protocol: sim.RadioLeg, From: "UE", To: "MME", Text: "attach"})
	req, err := diameter.NewRequest(&t6a.ODR{
		SessionID: "mme;1;2", OriginHost: mmeID.Host, OriginRealm: mmeID.Realm, DestinationRealm: scefID.Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(imsi)}, BearerIdentifier: []byte{5}, NonIPData: []byte("x"),
	})
	require.NoError(t, err)
	req.EndToEnd, req.HopByHop = 1, 2
	rec.Trace("MME", false).Message(scefID, diameter.Sent, req)
	rec.Trace("MME", false).Message(scefID, diameter.Received, diameter.ErrorAnswer(req, scefID, diameter.TooBusy, "", nil))
	x := &t8.Exchange{Method: "GET", URI: "http://scef.example/x", Status: 200, Answer: []byte(`{"externalId":"a@example.com","list":[1]}`)}
	rec.HTTP("AS", "SCEF").Answer(t.Context(), x)
	events := rec.Events()
	rec = sim.NewRecorder(nil)
	for i, e := range events {
		e.Time = begin.Add(time.Duration(i) * time.Second)
		rec.Add(e)
	}
	var b bytes.Buffer
	require.NoError(t, rec.WriteMessages(&b, nil))
	golden(t, "messages.txt", b.String())
}

func TestBaseProtocolIsOptional(t *testing.T) {
	rec := sim.NewRecorder(nil)
	dwr := &diameter.Message{Flags: diameter.FlagRequest, Command: 280}
	rec.Trace("MME", false).Message(scefID, diameter.Sent, dwr)
	require.Empty(t, rec.Events())
	rec.Trace("MME", true).Message(scefID, diameter.Sent, dwr)
	rec.Trace("MME", true).Message(diameter.Identity{}, diameter.Received, dwr)
	require.Len(t, rec.Events(), 2)
	require.Equal(t, "DWR", rec.Events()[0].Text)
	require.Equal(t, 0, rec.Count(sim.Diameter))
	for base, want := range map[bool]bool{false: false, true: true} {
		var b bytes.Buffer
		require.NoError(t, rec.WriteLadder(&b, &sim.LadderOptions{Base: base}))
		require.Equal(t, want, strings.Contains(b.String(), "DWR"))
	}
}

func TestEmptyLadder(t *testing.T) {
	for _, rec := range []*sim.Recorder{nil, sim.NewRecorder(nil)} {
		rec.Phase("alone")
		rec.Note("", "x")
		var b bytes.Buffer
		require.NoError(t, sim.NewRecorder(nil).WriteLadder(&b, nil))
		require.NoError(t, rec.WriteMessages(&b, nil))
	}
	require.False(t, sim.Terminal(new(bytes.Buffer)))
}
