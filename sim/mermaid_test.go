package sim_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim"
)

// nasty is text in which every format has something to escape.
const nasty = "a; b#1 %%{x}%% <script>alert(\"&amp;'\")</script> $$y$$ wrap: style x:y \\ \x00\u202e end"

// few records one event of each kind.
func few(rec *sim.Recorder, begin time.Time) {
	for i, e := range []sim.Event{
		{Kind: sim.Remark, From: "AS", Text: "starts"},
		{Kind: sim.Phase, Text: "1  First; of two"},
		{Protocol: sim.HTTP, From: "AS", To: "SCEF", Text: "POST /3gpp-nidd/v1/as1/configurations externalId=meter-1@example.com", Detail: "POST …\n{\n  \"a\": 1\n}"},
		{Protocol: sim.Diameter, From: "SCEF", To: "HSS", Text: "NIR"},
		{Protocol: sim.Diameter, Kind: sim.Answer, Failed: true, From: "HSS", To: "SCEF", Text: "NIA 5451 USER_NO_APN_SUBSCRIPTION"},
		{Protocol: sim.HTTP, Kind: sim.Answer, From: "SCEF", To: "AS", Text: "201 Created"},
		{Kind: sim.Phase, Text: "2  Second"},
		{Protocol: sim.RadioLeg, Failed: true, From: "UE", To: "MME", Text: "uplink"},
		{Protocol: sim.Base, From: "MME", To: "SCEF", Text: "DWR"},
		{Kind: sim.Remark, Text: "everywhere"},
		{From: "MME", To: "MME", Text: nasty, Detail: nasty},
		{From: "AS", To: "a name that is <long>", Text: ""},
	} {
		e.Time = begin.Add(time.Duration(i) * 1234 * time.Millisecond)
		rec.Add(e)
	}
}

func TestMermaid(t *testing.T) {
	rec := sim.NewRecorder(nil)
	few(rec, time.Unix(0, 0))
	var b bytes.Buffer
	require.NoError(t, rec.WriteMermaid(&b, nil))
	golden(t, "few.mmd", b.String())

	b.Reset()
	require.NoError(t, rec.WriteMermaid(&b, &sim.LadderOptions{Base: true}))
	require.Contains(t, b.String(), ": DWR\n")

	b.Reset()
	require.NoError(t, rec.WriteLadder(&b, nil))
	golden(t, "few.txt", b.String())
}

// TestPicturesOfNothing: a Recorder that saw little or nothing is no trouble.
func TestPicturesOfNothing(t *testing.T) {
	lonely := sim.NewRecorder(nil)
	lonely.Phase("alone")
	lonely.Note("", "nobody")
	one := sim.NewRecorder(nil)
	one.Phase("alone")
	one.Note("AS", "is there")
	for _, rec := range []*sim.Recorder{nil, sim.NewRecorder(nil), lonely, one} {
		var b bytes.Buffer
		require.NoError(t, rec.WriteLadder(&b, nil))
		require.NoError(t, rec.WriteMermaid(&b, nil))
		require.True(t, strings.Contains(b.String(), "sequenceDiagram\n"))
		b.Reset()
		require.NoError(t, rec.WriteHTML(&b, nil))
		parse(t, b.String())
	}
}

func TestPicturesHideIdentities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := sim.NewRecorder(&sim.RecorderOptions{Mask: true})
		play(t, rec)
		var b bytes.Buffer
		require.NoError(t, rec.WriteMermaid(&b, nil))
		require.NoError(t, rec.WriteHTML(&b, nil))
		for _, s := range []string{string(imsi), string(msisdn), "meter-1@"} {
			require.NotContains(t, b.String(), s)
		}
	})
}
