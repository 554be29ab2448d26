package sim_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// wanted are the fields that tshark is asked for.
var wanted = []string{
	"_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "frame.comment", "ip.src_host", "ip.dst_host", "tcp.flags.syn",
	"diameter.cmd.code", "diameter.flags.request", "diameter.answer_to", "diameter.User-Name", "diameter.Non-IP-Data",
	"http.request.method", "http.request.full_uri", "http.host", "http.content_type", "http.response.code", "http.location",
}

// packet is what tshark, which knows nothing of this module, reads in one; several values of a field are joined with commas.
type packet map[string]string

// dissect writes a capture file and has tshark read it.
func dissect(t *testing.T, rec *sim.Recorder) (out []packet) {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	var file bytes.Buffer
	require.NoError(t, rec.WritePcap(&file))
	path := filepath.Join(t.TempDir(), "flow.pcapng")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
	args := []string{"-r", path, "-N", "n", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=;"}
	for _, f := range wanted {
		args = append(args, "-e", f)
	}
	cmd := exec.CommandContext(t.Context(), tshark, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	printed, err := cmd.Output()
	require.NoError(t, err)
	for row := range strings.Lines(string(printed)) {
		values := strings.Split(strings.TrimSuffix(row, "\n"), ";")
		require.Len(t, values, len(wanted))
		p := packet{}
		for i, f := range wanted {
			p[f] = values[i]
		}
		out = append(out, p)
	}
	return out
}

// pick returns fields, joined with spaces, of the packets that have the first of them.
func pick(packets []packet, fields ...string) (out []string) {
	for _, p := range packets {
		if p[fields[0]] != "" {
			row := make([]string, len(fields))
			for i, f := range fields {
				row[i] = p[f]
			}
			out = append(out, strings.Join(row, " "))
		}
	}
	return out
}

// count is how many values a field has in all.
func count(packets []packet, field string) (n int) {
	for _, row := range pick(packets, field) {
		n += len(strings.Split(row, ","))
	}
	return n
}

// clean requires that tshark has no complaint, and finds so many messages of Diameter and of HTTP.
func clean(t *testing.T, packets []packet, diameters, https int) {
	t.Helper()
	require.Empty(t, pick(packets, "_ws.malformed"))
	for _, p := range packets {
		for s := range strings.SplitSeq(p["_ws.expert.severity"], ",") {
			const warning = 0x600000
			n, _ := strconv.Atoi(s)
			require.Less(t, n, warning, p["_ws.expert.message"])
		}
	}
	require.Equal(t, diameters, count(packets, "diameter.cmd.code"))
	require.Equal(t, https, count(packets, "http.request.method")+count(packets, "http.response.code"))
}

func octets() *sim.Recorder { return sim.NewRecorder(&sim.RecorderOptions{Octets: true}) }

func TestPcap(t *testing.T) {
	rec := octets()
	synctest.Test(t, func(t *testing.T) { play(t, rec) })
	got := dissect(t, rec)
	clean(t, got, rec.Count(sim.Diameter), rec.Count(sim.HTTP))
	require.Equal(t, []string{
		"8388726 1 SCEF HSS", "8388726 0 HSS SCEF", "8388726 1 SCEF HSS", "8388726 0 HSS SCEF",
		"8388732 1 MME SCEF", "8388732 0 SCEF MME", "8388733 1 MME SCEF", "8388733 0 SCEF MME", "8388733 1 MME SCEF", "8388733 0 SCEF MME",
		"8388734 1 SCEF MME", "8388734 0 MME SCEF", "8388734 1 SCEF MME", "8388734 0 MME SCEF",
		"8388732 1 MME SCEF", "8388732 0 SCEF MME", "8388733 1 MME SCEF", "8388733 0 SCEF MME",
	}, pick(got, "diameter.cmd.code", "diameter.flags.request", "ip.src_host", "ip.dst_host"))
	require.Len(t, pick(got, "diameter.answer_to"), 9, "each answer has its request, by the Hop-by-Hop Identifier")
	require.Contains(t, pick(got, "diameter.User-Name", "diameter.cmd.code"), string(imsi)+" 8388733")
	const root = "http://scef.example/3gpp-nidd/v1/as1/configurations"
	require.Equal(t, []string{
		"POST AS " + root + " application/json", "POST SCEF http://as/n application/json",
		"POST AS " + root + "/0000000000000000abcde/downlink-data-deliveries application/json", "GET AS " + root + " ",
	}, pick(got, "http.request.method", "ip.src_host", "http.request.full_uri", "http.content_type"))
	require.Equal(t, []string{"201 " + root + "/0000000000000000abcde", "204 ", "500 "}, pick(got, "http.response.code", "http.location"))
	comments := strings.Join(pick(got, "frame.comment"), "\n")
	for _, want := range []string{"1  The AS configures NIDD", "UE → MME: PDN request", "UE: sleeps", "MME → UE: detach accept"} {
		require.Contains(t, comments, want)
	}
}

// TestPcapLargeMessages: messages that need many segments are one message again.
func TestPcapLargeMessages(t *testing.T) {
	rec := octets()
	data := bytes.Repeat([]byte("x"), 150_000)
	req, err := diameter.NewRequest(&t6a.ODR{
		SessionID: "mme;1;2", OriginHost: mmeID.Host, OriginRealm: mmeID.Realm, DestinationRealm: scefID.Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(imsi)}, BearerIdentifier: []byte{5}, NonIPData: data,
	})
	require.NoError(t, err)
	trace := rec.Trace("MME", true)
	for i := range uint32(3) { // all are under way at a time
		req := *req
		req.HopByHop, req.EndToEnd = 10+i, 20+i
		trace.Message(scefID, diameter.Sent, &req)
	}
	for i := range uint32(3) {
		req := *req
		req.HopByHop, req.EndToEnd = 12-i, 22-i
		trace.Message(scefID, diameter.Received, diameter.ErrorAnswer(&req, scefID, diameter.Success, "", nil))
	}
	body := fmt.Appendf(nil, `{"data":%q}`, data)
	h := rec.HTTP("AS", "SCEF")
	xs := []*t8.Exchange{
		{Method: "POST", URI: "/a?b=c%20d", Request: body, Status: 200, Answer: body},
		{Method: "PATCH", URI: "/patch", Request: []byte(` [{}]`), Status: 304},
		{Method: "PATCH", URI: "/merge", Request: []byte(`{}`), Status: 200},
		{Method: "PUT", URI: "/odd", Request: []byte("not JSON"), Status: 404, Answer: []byte(`{"status":404}`), AnswerType: "application/problem+json"},
	}
	for range 2 { // the second time, connections are there
		for _, x := range xs {
			h.Request(t.Context(), x)
		}
		for _, x := range xs {
			h.Answer(t.Context(), x)
		}
	}
	got := dissect(t, rec)
	clean(t, got, 6, 16)
	require.Equal(t, slices.Repeat([]string{fmt.Sprintf("%x", data)}, 3), pick(got, "diameter.Non-IP-Data"))
	require.Len(t, pick(got, "diameter.answer_to"), 3)
	require.Equal(t, []string{
		"http://scef/a?b=c%20d application/json", "http://scef/patch application/json-patch+json",
		"http://scef/merge application/merge-patch+json", "http://scef/odd application/octet-stream",
	}, pick(got, "http.request.full_uri", "http.content_type")[:4])
	opened := 0
	for _, syn := range pick(got, "tcp.flags.syn") {
		if syn == "1" || syn == "True" {
			opened++
		}
	}
	require.Equal(t, 2*5, opened, "a connection of Diameter and four of HTTP, from both ends")
}

// TestPcapOfOddEvents: what has no octets is a comment, and so is an answer without a request.
func TestPcapOfOddEvents(t *testing.T) {
	rec := octets()
	now := time.Unix(1, 0)
	rec.Add(sim.Event{Time: now, Protocol: sim.HTTP, From: "A", To: "B", Text: "told in words"})
	rec.Add(sim.Event{Time: now, Protocol: sim.HTTP, Kind: sim.Answer, From: "A", To: "B", Text: "of nothing", Octets: []byte("HTTP/1.1 200 OK\r\n\r\n")})
	rec.Add(sim.Event{Time: now, Protocol: sim.RadioLeg, From: "A", To: "B", Text: "radio", Octets: []byte{1}})
	rec.Add(sim.Event{Time: now, Protocol: sim.Base, From: "A", To: "B", Text: "short", Octets: []byte{1}})
	rec.Note("", "last")
	require.Equal(t, "A → B: told in words,A → B: of nothing,A → B: radio", dissect(t, rec)[0]["frame.comment"])
}

func TestPcapNeedsOctets(t *testing.T) {
	for name, rec := range map[string]*sim.Recorder{
		"nil": nil, "not asked": sim.NewRecorder(nil),
		"masks": sim.NewRecorder(&sim.RecorderOptions{Mask: true, Octets: true}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if rec != nil {
					play(t, rec)
				}
				rec.Add(sim.Event{Octets: []byte("x")})
				for _, e := range rec.Events() {
					require.Nil(t, e.Octets)
				}
				var b bytes.Buffer
				require.Error(t, rec.WritePcap(&b))
				require.Zero(t, b.Len())
			})
		})
	}
}
