package t8

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// bodies holds one full value of every type of the NIDD API.
func bodies() []any {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	port := RDSPort{PortUE: 3, PortSCEF: 5}
	transfer := NIDDDownlinkDataTransfer{
		ExternalID: "ue@example.com", Self: "https://scef/d", Data: []byte{0, 255, 62}, ReliableDataService: true, RDSPort: &port,
		MaximumLatency: new(DurationSec(0)), Priority: new(0), PDNEstablishmentOption: WaitForUE,
		DeliveryStatus: DeliveryBuffering, RequestedRetransmissionTime: at,
	}
	return []any{
		&NIDDConfiguration{
			Self: "https://scef/c", SupportedFeatures: "1A", MTCProviderID: "smart \"meters\" \u2028 \\", MSISDN: "491700000001", Duration: at,
			ReliableDataService: true, RDSPorts: []RDSPort{port, {}}, PDNEstablishmentOption: SendTrigger, NotificationDestination: "https://as/n?a=1&b=2",
			RequestTestNotification: true, WebsockNotifConfig: &WebsockNotifConfig{"wss://scef/w", true}, MaximumPacketSize: 1600,
			DownlinkDataTransfers: []NIDDDownlinkDataTransfer{transfer}, Status: NIDDActive,
		},
		&NIDDConfigurationPatch{Set(at), Null[bool](), Set([]RDSPort{port}), Set(IndicateError), Set("https://as/m"), nil},
		&transfer,
		&NIDDDownlinkDataTransferPatch{Set([]byte("x")), Set(false), Set(port), Set(DurationSec(time.Minute)), Set(-4), Null[PDNEstablishmentOption](), nil},
		&NIDDUplinkDataNotification{"https://scef/c", "ue@example.com", "", []byte("up"), true, &port, nil},
		&NIDDDownlinkDataDeliveryStatusNotification{"https://scef/d", DeliveryFailureTimeout, at, nil},
		&NIDDConfigurationStatusNotification{"https://scef/c", "", "491700000001", NIDDTerminated, new(false), &port, nil},
		&GMDNIDDDownlinkDataDeliveryNotification{"https://scef/d", []GMDResult{{"ue@example.com", "", DeliverySuccess, at}}, nil},
		&ManagePort{"https://scef/p", "meter", ManagedByAS, true, []SerializationFormat{FormatCBOR, "YAML"}, FormatCBOR, nil},
		&ManagePortNotification{"https://scef/c", "ue@example.com", "", []ManagePort{{AppID: "meter"}}, nil},
		&NIDDDownlinkDataDeliveryFailure{ProblemDetails{Status: 500, Cause: "TIMEOUT", InvalidParams: []InvalidParam{{"/a", "b"}}}, at},
		&RDSDownlinkDataDeliveryFailure{ProblemDetails{Title: "x", SupportedFeatures: "0"}, at, []SerializationFormat{FormatXML}},
		&TestNotification{"https://scef/c"},
		&Acknowledgement{"done"},
	}
}

// What encoding/json writes, the decoder reads back, and encoding/json reads the same.
func TestRoundTrip(t *testing.T) {
	for _, v := range bodies() {
		b, err := marshal(v)
		require.NoError(t, err)
		mine := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if e := decodeBody(b, mine, modeNotify); e != nil {
			t.Errorf("%s: %v", b, e)
		}
		require.Equal(t, v, mine, "%s", b)
		theirs := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		require.NoError(t, json.Unmarshal(b, theirs))
		require.Equal(t, v, theirs, "%s", b)
	}
}

func TestDecoderDetails(t *testing.T) {
	read := func(body string) (NIDDDownlinkDataTransfer, *fault.Error) {
		var v NIDDDownlinkDataTransfer
		e := decodeBody([]byte(body), &v, modeRequest)
		return v, e
	}
	v, e := read(" {\n\t\"data\" : \"\\/\\u002F8=\" , \"ext\\u0065rnalId\":\"ue@ex\u00e4mple.com\",\"priority\":1e2,\"maximumLatency\":99999999999999999999,\"x\":{\"y\":[null,true,-0.5e-3,\"\\n\"]}}\r\n")
	require.Nil(t, e)
	require.Equal(t, []byte{0xff, 0xff}, v.Data)
	require.Equal(t, id.ExternalID("ue@ex\u00e4mple.com"), v.ExternalID)
	require.Equal(t, 100, *v.Priority)
	require.Positive(t, *v.MaximumLatency)

	// A member that an application server writes as null is absent.
	v, e = read(`{"data":"aGk=","msisdn":"12345","externalId":null,"rdsPort":null,"priority":null}`)
	require.Nil(t, e)
	require.Nil(t, v.Priority)

	for body, offset := range map[string]string{
		``: "is empty", `{`: "offset 1", `{"a"}`: "offset 4", `{"a":}`: "offset 5", `{"a":01}`: "offset 6", `{"a":1.}`: "offset 7",
		`{"a":tru}`: "offset 8", `{"a":"\x"}`: "offset 7", `{"a":"` + "\n" + `"}`: "offset 6", `{"a":1,}`: "offset 7", `{a:1}`: "offset 1",
		`{"data":nil}`: "offset 9", `{"data":"aGk="} {}`: "offset 16", `{"priority":-}`: "offset 13", `{"priority":1e}`: "offset 14",
		`{"a":"\u12g4"}`: "offset 10", `{"rdsPort":{"portUE":1]`: "offset 22",
	} {
		_, e := read(body)
		require.NotNil(t, e, body)
		require.Equal(t, fault.Malformed, e.Code, body)
		require.Contains(t, e.Detail, offset, body)
	}
	_, e = read(`{"data":"aGk=","msisdn":"12345","priority":99999999999999999999}`)
	require.ErrorIs(t, e, fault.InvalidParameter)
}

// A server decodes a delivery with few allocations: the value, its data, its text and two pointers.
func TestDecoderAllocations(t *testing.T) {
	body := []byte(`{"externalId":"device-000123@iot.example.com","data":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk=","maximumLatency":3600,"priority":3,"pdnEstablishmentOption":"WAIT_FOR_UE"}`)
	n := testing.AllocsPerRun(100, func() {
		if e := decodeBody(body, new(NIDDDownlinkDataTransfer), modeRequest); e != nil {
			t.Fatal(e)
		}
	})
	require.LessOrEqual(t, n, 6.0) // 5, and one more at times under -race, where a sync.Pool forgets

	p := planOf(reflect.TypeFor[PDNEstablishmentOption]())
	require.Equal(t, "INDICATE_ERROR", p.word([]byte("INDICATE_ERROR")))
	require.Equal(t, "SOMETHING_NEW", p.word([]byte("SOMETHING_NEW")))
	require.NotContains(t, *p.words.Load(), "SOMETHING_NEW", "what is not known is not kept")
}

// Maps, floats and foreign types: bodies of other APIs have them.
func TestDecoderOtherKinds(t *testing.T) {
	type body struct {
		Sets  map[string]RDSPort     `json:"sets" t8:"min=1"`
		Patch map[string]Opt[string] `json:"patch"`
		Float float64                `json:"float"`
		Any   any                    `json:"any"`
		Text  string                 `json:"text" t8:"min=2,max=3"`
		A     bool                   `json:"a" t8:"anyof=g"`
		B     int                    `json:"b" t8:"anyof=g,min=5"`
	}
	var v body
	require.Nil(t, decodeBody([]byte(`{"sets":{"a":{"portUE":1,"portSCEF":2}},"patch":{"x":null,"y":"z"},"float":-1.5e1,"any":[1],"text":"ab","b":5}`), &v, modeRequest))
	require.Equal(t, body{map[string]RDSPort{"a": {1, 2}}, map[string]Opt[string]{"x": Null[string](), "y": Set("z")}, -15, []any{1.0}, "ab", false, 5}, v)

	e := decodeBody([]byte(`{"sets":{"a/b~c":{"portUE":1},"q":null,"r":{"portUE":-1,"portSCEF":1},"q":{}},"float":"x","text":"a","b":4}`), new(body), modeRequest)
	require.ErrorIs(t, e, fault.InvalidParameter)
	var at []string
	for _, p := range e.Params {
		at = append(at, p.Param)
	}
	require.Equal(t, []string{"/sets/a~1b~0c/portSCEF", "/sets/q", "/sets/q", "/float", "/sets/r/portUE", "/text", "/b"}, at)

	e = decodeBody([]byte(`{"sets":{},"text":"four"}`), new(body), modeRequest)
	require.Len(t, e.Params, 4)
	require.Equal(t, "must hold at least 1 member", e.Params[0].Reason)
	require.Equal(t, "must hold at most 3 characters", e.Params[1].Reason)
}

func TestAppendJSONEqualsEncodingJSON(t *testing.T) {
	for _, n := range []NIDDUplinkDataNotification{
		{},
		{"https://scef.example.com/3gpp-nidd/v1/as/configurations/1", "ue@example.com", "", []byte("some data"), false, nil, nil},
		{"a\"b\\c\n\x00\u00e9\u2028<>&", "\xff@x", "491700000001", []byte{}, true, &RDSPort{-1, 65535}, nil},
	} {
		want := n
		if want.Data == nil {
			want.Data = []byte{}
		}
		b, err := marshal(want)
		require.NoError(t, err)
		require.Equal(t, string(b), string(n.AppendJSON(nil)))
	}
}

func TestAppendJSONOfDelivery(t *testing.T) {
	for _, d := range []NIDDDownlinkDataTransfer{
		{Data: []byte{}},
		{ExternalID: "ue@example.com", Data: []byte("some data"), DeliveryStatus: DeliverySuccessNextHopUnacknowledged},
		{
			ExternalID: "a\"b", ExternalGroupID: "g@example.com", MSISDN: "491700000001", Self: "https://scef/1?a=<b>&c", Data: []byte{0, 255},
			ReliableDataService: true, RDSPort: &RDSPort{1, 2}, MaximumLatency: new(DurationSec(1500 * time.Millisecond)),
			Priority: new(-3), PDNEstablishmentOption: WaitForUE, DeliveryStatus: DeliveryBuffering,
			RequestedRetransmissionTime: time.Date(2026, 11, 21, 12, 30, 0, 5e8, time.FixedZone("", 3600)),
		},
	} {
		b, err := marshal(d)
		require.NoError(t, err)
		require.Equal(t, string(b), string(d.AppendJSON(nil)))
	}
}

func FuzzAppendJSON(f *testing.F) {
	f.Add("https://scef/c", "ue@example.com", "12345", []byte("data"), true, 1, 2)
	f.Fuzz(func(t *testing.T, conf, ext, msisdn string, data []byte, rds bool, ue, ef int) {
		n := NIDDUplinkDataNotification{conf, id.ExternalID(ext), id.MSISDN(msisdn), append([]byte{}, data...), rds, &RDSPort{ue, ef}, nil}
		want, err := marshal(n)
		if err != nil || !bytes.Equal(want, n.AppendJSON(nil)) {
			t.Fatalf("%s\n%s", want, n.AppendJSON(nil))
		}
	})
}

// FuzzDecode: the decoder takes exactly the JSON that encoding/json takes (but for UTF-8 and depth), and what it took
// survives another round.
func FuzzDecode(f *testing.F) {
	for _, v := range bodies() {
		b, err := marshal(v)
		require.NoError(f, err)
		f.Add(b)
	}
	for area := range areas {
		f.Add([]byte(`{"needed":` + area + `}`))
	}
	f.Add([]byte(`{"rdsPorts":[null,{"portUE":1e400}],"x":"\ud800"}`))
	f.Add([]byte(`{"duration":"2026-01-01T00:00:00+24:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []any{new(NIDDConfiguration), new(NIDDConfigurationPatch), new(NIDDDownlinkDataTransfer), new(NIDDDownlinkDataTransferPatch), new(RDSDownlinkDataDeliveryFailure), new(kindOf), new(places), new(VelocityEstimate)} {
			e := decodeBody(b, v, modeNotify)
			syntax := e == nil || e.Code != fault.Malformed || e.Detail == "the body is not a JSON object"
			if syntax && !json.Valid(b) {
				t.Fatalf("%q is not JSON", b)
			}
			if !syntax && json.Valid(b) && utf8.Valid(b) && !bytes.Contains([]byte(e.Detail), []byte("levels")) {
				t.Fatalf("%q is JSON, but %v", b, e)
			}
			if e != nil {
				continue
			}
			again, err := marshal(v)
			if err != nil {
				t.Fatalf("%q was taken, but cannot be written: %v", b, err)
			}
			w := reflect.New(reflect.TypeOf(v).Elem()).Interface()
			if e := decodeBody(again, w, modeNotify); e != nil {
				t.Fatalf("%q was taken, %q is not: %v", b, again, e)
			}
			twice, err := marshal(w)
			if err != nil || !bytes.Equal(again, twice) {
				t.Fatalf("%q, then %q", again, twice)
			}
		}
	})
}

func BenchmarkDecodeAndCheckDelivery(b *testing.B) {
	body := []byte(`{"externalId":"device-000123@iot.example.com","data":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==","reliableDataService":false,"maximumLatency":3600,"priority":3,"pdnEstablishmentOption":"WAIT_FOR_UE"}`)
	b.Run("scefkit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v NIDDDownlinkDataTransfer
			if e := decodeBody(body, &v, modeRequest); e != nil {
				b.Fatal(e)
			}
		}
	})
	b.Run("encoding-json-without-check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v NIDDDownlinkDataTransfer
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCheckDelivery(b *testing.B) {
	v := NIDDDownlinkDataTransfer{ExternalID: "device-000123@iot.example.com", Data: make([]byte, 64), MaximumLatency: new(DurationSec(time.Hour)), Priority: new(3), PDNEstablishmentOption: WaitForUE}
	b.ReportAllocs()
	for b.Loop() {
		if err := Check(&v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeUplink(b *testing.B) {
	n := NIDDUplinkDataNotification{NIDDConfiguration: "https://scef.example.com/3gpp-nidd/v1/as-1/configurations/0123456789", ExternalID: "device-000123@iot.example.com", Data: make([]byte, 64)}
	b.Run("AppendJSON", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 512)
		for b.Loop() {
			buf = n.AppendJSON(buf[:0])
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(n); err != nil {
				b.Fatal(err)
			}
		}
	})
}
