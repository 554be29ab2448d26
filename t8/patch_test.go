package t8_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// The cases are those of RFC 7396, appendix A.
func TestMergePatchRFC7396(t *testing.T) {
	for _, c := range []struct{ doc, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"n":12345678901234567890}`, `{}`, `{"n":12345678901234567890}`},
	} {
		got, err := t8.MergePatch([]byte(c.doc), []byte(c.patch))
		require.NoError(t, err)
		require.Equal(t, c.want, string(got), "%s with %s", c.doc, c.patch)
	}
	_, err := t8.MergePatch([]byte(`{`), []byte(`{}`))
	require.Error(t, err)
	_, err = t8.MergePatch([]byte(`{}`), []byte(`{} x`))
	require.Error(t, err)
}

func TestPatchApply(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	c := t8.NIDDConfiguration{MSISDN: "12345", NotificationDestination: "https://as.example.com/n", Duration: end, ReliableDataService: true}
	var p t8.NIDDConfigurationPatch
	require.NoError(t, json.Unmarshal([]byte(`{"duration":null,"rdsPorts":[{"portUE":1,"portSCEF":2}],"pdnEstablishmentOption":"SEND_TRIGGER"}`), &p))
	require.NoError(t, p.Apply(&c))
	require.Equal(t, t8.NIDDConfiguration{
		MSISDN: "12345", NotificationDestination: "https://as.example.com/n", ReliableDataService: true,
		RDSPorts: []t8.RDSPort{{PortUE: 1, PortSCEF: 2}}, PDNEstablishmentOption: t8.SendTrigger,
	}, c)

	before := c
	err := (&t8.NIDDConfigurationPatch{ReliableDataService: t8.Null[bool](), NotificationDestination: t8.Null[string]()}).Apply(&c)
	require.ErrorIs(t, err, fault.MissingParameter)
	require.Equal(t, before, c, "a refused patch changes nothing")

	d := t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("old"), MaximumLatency: new(t8.DurationSec(time.Hour)), Priority: new(3)}
	require.NoError(t, (&t8.NIDDDownlinkDataTransferPatch{
		Data: t8.Set([]byte("new")), MaximumLatency: t8.Null[t8.DurationSec](), Priority: t8.Set(0), RDSPort: t8.Set(t8.RDSPort{PortUE: 4, PortSCEF: 5}),
	}).Apply(&d))
	require.Equal(t, t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("new"), Priority: new(0), RDSPort: &t8.RDSPort{PortUE: 4, PortSCEF: 5}}, d)
}

func TestOptOnTheWire(t *testing.T) {
	b, err := json.Marshal(t8.NIDDDownlinkDataTransferPatch{Priority: t8.Set(0), MaximumLatency: t8.Null[t8.DurationSec]()})
	require.NoError(t, err)
	require.JSONEq(t, `{"priority":0,"maximumLatency":null}`, string(b))
	_, ok := t8.Null[int]().Get()
	require.False(t, ok)
	require.True(t, t8.Null[int]().IsNull())
	require.True(t, t8.Opt[int]{}.IsZero())
	var o t8.Opt[int]
	require.Error(t, json.Unmarshal([]byte(`"x"`), &o))
}

func FuzzMergePatch(f *testing.F) {
	f.Add(`{"a":{"b":1},"c":[1]}`, `{"a":{"b":null,"d":2}}`)
	f.Fuzz(func(t *testing.T, doc, patch string) {
		once, err := t8.MergePatch([]byte(doc), []byte(patch))
		if err != nil {
			return
		}
		twice, err := t8.MergePatch(once, []byte(patch))
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%q with %q: %s, again %s (%v)", doc, patch, once, twice, err)
		}
	})
}
