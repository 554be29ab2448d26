package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

// lines of a configuration that is complete, by key, for tests to change.
var lines = []string{
	`t8: {listen: "127.0.0.1:8080", apiRoot: "http://scef.example.com"}`,
	`diameter: {listen: "127.0.0.1:3868", host: "scef.realm.example", realm: "realm.example", peers: [{address: "127.0.0.1:3869"}]}`,
	`store: {dir: "data"}`,
	`scsas: [{id: as1, apn: iot.example, token: "0123456789abcdef"}]`,
	`notifications: {allow: ["10.1.0.0/16", "2001:db8::/32"]}`,
}

// with returns the configuration with its line for a key replaced; an empty line removes it.
func with(line string) string {
	key, _, _ := strings.Cut(line, ":")
	var out []string
	for _, l := range lines {
		if !strings.HasPrefix(l, key+":") {
			out = append(out, l)
		}
	}
	return strings.Join(append(out, line), "\n")
}

func TestConfigFaults(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // each is part of the error
	}{
		{"nothing", "", []string{"t8.listen: is missing", "diameter.listen: is missing", "diameter.host: is missing", "diameter.realm: is missing", "store.dir: is missing", "scsas: is missing"}},
		{"no T8 address", with(`t8: {apiRoot: "http://a"}`), []string{"t8.listen: is missing"}},
		{"bad T8 address", with(`t8: {listen: "8080"}`), []string{`t8.listen: "8080" is not host:port`}},
		{"bad API root", with(`t8: {listen: "a:1", apiRoot: "scef.example"}`), []string{`t8.apiRoot: "scef.example"`}},
		{"API root with query", with(`t8: {listen: "a:1", apiRoot: "http://a?b"}`), []string{"t8.apiRoot"}},
		{"TLS without files", with(`t8: {listen: "a:1", tls: {clientCA: x}}`), []string{"t8.tls.cert: is missing", "t8.tls.key: is missing"}},
		{"no Diameter identity", with(`diameter: {listen: "a:1"}`), []string{"diameter.host: is missing", "diameter.realm: is missing"}},
		{"bad Diameter address", with(`diameter: {listen: "a", host: a, realm: b}`), []string{"diameter.listen: "}},
		{"bad origin", with(`diameter: {listen: "a:1", host: a, realm: b, origin: everyone}`), []string{`diameter.origin: "everyone"`}},
		{"bad peer", with(`diameter: {listen: "a:1", host: a, realm: b, peers: [{address: "a:1"}, {host: x}, {address: y}]}`), []string{"diameter.peers[1].address: is missing", `diameter.peers[2].address: "y"`}},
		{"no store", with(`store: {}`), []string{"store.dir: is missing"}},
		{"unknown engine", with(`store: {engine: mysql, dir: x}`), []string{`store.engine: "mysql" is not pebble, postgres or etcd`}},
		{"keys of other engines", with(`store: {dir: x, url: y, lease: 10s}`), []string{"store.url: is not for the engine pebble", "store.lease: is not for"}},
		{"no database", with(`store: {engine: postgres, dir: x, tls: {}}`), []string{"store.url: is missing", "store.dir: is not for the engine postgres", "store.tls: is not"}},
		{"no members", with(`store: {engine: etcd, tls: {cert: x}}`), []string{"store.endpoints: is missing", "store.tls: cert and key go together"}},
		{"bad lease", with(`store: {engine: postgres, url: x, lease: 10}`), []string{`store.lease: "10" is not a duration`}},
		{"short lease", with(`store: {engine: postgres, url: x, lease: 10ms}`), []string{`store.lease: 10ms is not in 1s to 1h`}},
		{"no SCS/AS", with(`scsas: []`), []string{"scsas: is missing"}},
		{"no credential", with(`scsas: [{id: as1, apn: a}]`), []string{"scsas[0].token: is missing"}},
		{"no credential in the second", with(`scsas: [{id: as1, apn: a, token: "0123456789abcdef"}, {id: as2, apn: a, token: ""}]`), []string{"scsas[1].token: is missing"}},
		{"credential that no header can hold", with(`scsas: [{id: as1, apn: a, token: "0123456789 bcdefg"}]`), []string{"scsas[0].token: "}},
		{"UEs and rate", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef", ues: {msisdns: [{first: "49171", last: "49170"}]}, rate: {burst: 3, period: soon}}]`), []string{"scsas[0].ues: msisdns[0]", "scsas[0].rate: burst", `scsas[0].rate.period: "soon"`}},
		{"access tokens", with("t8: {listen: \"127.0.0.1:8080\", oauth: {jwks: \"http://keys.example\"}}"), []string{"t8.oauth: "}},
		{"no id, no APN", with(`scsas: [{token: "0123456789abcdef"}]`), []string{"scsas[0].id: is missing", "scsas[0].apn: is missing"}},
		{"id twice", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef"}, {id: a, apn: a, token: "fedcba9876543210"}]`), []string{`scsas[1].id: "a" is given twice`}},
		{"token twice", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef"}, {id: b, apn: a, token: "0123456789abcdef"}]`), []string{"scsas[1].token: is that of another entry"}},
		{"packet size", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef", maximumPacketSize: 65536}]`), []string{"scsas[0].maximumPacketSize: 65536"}},
		{"durations", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef", maximumLatency: soon, latencyLimit: 5, maximumDuration: "-1s"}]`), []string{`scsas[0].maximumLatency: "soon"`, `scsas[0].latencyLimit: "5"`, "scsas[0].maximumDuration: is negative"}},
		{"PDN establishment option", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef", pdnEstablishmentOption: WAIT}]`), []string{"scsas[0].pdnEstablishmentOption: \"WAIT\""}},
		{"prefixes", with(`notifications: {allow: ["10.0.0.0/8", "10.0.0.1", "all", "::ffff:10.0.0.0/104"]}`), []string{"notifications.allow[1]: ", "notifications.allow[2]: ", "notifications.allow[3]: "}},
		{"default SCS/AS", with(`nidd: {default: {scsas: other}}`), []string{`nidd.default.scsas: "other"`, "nidd.default.notificationDestination: is missing"}},
		{"quotas", with(`scsas: [{id: a, apn: a, token: "0123456789abcdef", quota: {messages: -1}, ueQuota: {period: soon}}]`), []string{"scsas[0].quota: ", `scsas[0].ueQuota.period: "soon"`}},
		{"APNs", with(`apns: [{name: a, uplink: {messages: 1, unit: year}, exception: {messages: 70000, unit: day}}, {name: A, downlink: {messages: 4}}, {quota: {octets: -1}}]`), []string{`apns[0].uplink: unit "year"`, "apns[0].exception: 70000", `apns[1].name: "A" is given twice`, "apns[1].downlink: ", "apns[2].name: is missing", "apns[2].quota: "}},
		{"log", with(`log: {level: loud, format: xml}`), []string{"log.level: ", `log.format: "xml"`}},

		{"unknown key", with("dns: {}"), []string{"dns: ", "unknown"}},
		{"unknown key inside", with(`store: {dir: a, size: 5}`), []string{"store.size: ", "unknown"}},
		{"unknown key in a list", with("scsas:\n  - id: a\n  - token: geheim\n    tokens: [b]"), []string{"scsas[1].tokens: ", "unknown"}},
		{"key twice", with("log: {level: info}\nlog: {level: debug}"), []string{`"log" already defined`}},
		{"key twice inside", with("log: {level: info, level: debug}"), []string{`"level" already defined`}},
		{"list for a text", with(`t8: {listen: ["a:1"]}`), []string{"t8.listen"}},
		{"number for a mapping", with(`t8: 7`), []string{"t8: "}},
		{"mapping for a list", with(`scsas: {id: a}`), []string{"scsas: "}},
		{"text for a list", with(`notifications: {allow: 10.0.0.0/8}`), []string{"notifications.allow: "}},
		{"text for a number", with("scsas:\n  - id: a\n    token: geheim\n    maximumPacketSize: many"), []string{"scsas[0].maximumPacketSize: line "}},
		{"number for a boolean", with("scsas:\n  - token: geheim\n    noBuffering: 7"), []string{"scsas[0].noBuffering: line "}},
		{"no YAML", "{", []string{"line 1: "}},
		{"a list", "- a", []string{"line 1: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseConfig([]byte(c.text))
			require.Error(t, err)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
			for _, key := range []string{"0123456789abcdef", "geheim"} {
				require.NotContains(t, err.Error(), key, "a secret")
			}
		})
	}
}

// TestConfigFaultsTogether checks that all faults are told at once.
func TestConfigFaultsTogether(t *testing.T) {
	_, err := parseConfig([]byte(`
t8: {apiRoot: nowhere}
diameter: {listen: x}
scsas: [{apn: a}]
notifications: {allow: [y]}
`))
	for _, key := range []string{"t8.listen", "t8.apiRoot", "diameter.listen", "diameter.host", "diameter.realm", "store.dir", "scsas[0].id", "scsas[0].token", "notifications.allow[0]"} {
		require.ErrorContains(t, err, key+": ")
	}
}

func TestConfigDefaults(t *testing.T) {
	c, err := parseConfig([]byte(with(`t8: {listen: "127.0.0.1:8080"}`)))
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:8080", c.T8.APIRoot)
	level, err := c.Log.level()
	require.NoError(t, err)
	require.Equal(t, "INFO", level.String())
	require.Nil(t, c.nidd().Default)
	tls, err := c.T8.TLS.load()
	require.NoError(t, err)
	require.Nil(t, tls)

	accept := c.accept()
	require.True(t, accept(diameter.Identity{Host: "mme.realm.example", Realm: "realm.example"}), "the own realm")
	require.True(t, accept(diameter.Identity{Host: "mme.realm.example", Realm: "Realm.Example"}))
	require.False(t, accept(diameter.Identity{Host: "mme.other.example", Realm: "other.example"}))

	c, err = parseConfig([]byte(with(`t8: {listen: "127.0.0.1:8080", tls: {cert: a, key: b}}`)))
	require.NoError(t, err)
	require.Equal(t, "https://127.0.0.1:8080", c.T8.APIRoot)
	_, err = c.T8.TLS.load()
	require.ErrorContains(t, err, "t8.tls.cert")
}

func TestConfigCredentials(t *testing.T) {
	c, err := parseConfig([]byte(`
diameter: {listen: "127.0.0.1:3868", host: a.example, realm: example}
store: {dir: data}
t8: {listen: "127.0.0.1:8080", oauth: {issuer: "https://login.example", audience: scef, jwks: "https://login.example/keys"}}
scsas:
  - {id: a, apn: x}
  - {id: b, apn: x, certificates: [b.example], apis: [3gpp-nidd], operations: [FetchAllNIDDConfigurations]}
  - id: c
    apn: x
    token: "0123456789abcdef"
    ues: {msisdns: [{first: "491700000000", last: "491709999999"}], domains: [sensors.example], groups: ["@fleet.example"]}
    rate: {perSecond: 5, burst: 10, quota: 1000, period: 1h}
`))
	require.NoError(t, err)
	p, err := c.policy()
	require.NoError(t, err)
	_, challenge, err := p.Authenticate(&http.Request{Header: http.Header{"Authorization": {"Bearer x"}}})
	require.ErrorContains(t, err, "oauth")
	require.NotEmpty(t, challenge)
	who, _, err := p.Authenticate(&http.Request{Header: http.Header{"Authorization": {"Bearer 0123456789abcdef"}}})
	require.NoError(t, err)
	require.Equal(t, id.SCSASID("c"), who.ID)
	require.NoError(t, p.AuthorizeUE(t.Context(), "c", policy.Operation{}, policy.UE{MSISDN: "491700000001"}))
	require.Error(t, p.AuthorizeUE(t.Context(), "c", policy.Operation{}, policy.UE{MSISDN: "491800000001"}))
	require.Error(t, p.Authorize(t.Context(), "b", policy.Operation{API: "3gpp-bdt"}))
	for range 10 {
		require.NoError(t, p.Admit(t.Context(), "c", policy.Operation{}))
	}
	require.Error(t, p.Admit(t.Context(), "c", policy.Operation{}))
}

func TestConfigAccept(t *testing.T) {
	c, err := parseConfig([]byte(with(`diameter: {listen: "a:1", host: a, realm: b, accept: ["one.example", "mme.two.example"]}`)))
	require.NoError(t, err)
	accept := c.accept()
	for id, want := range map[diameter.Identity]bool{
		{Host: "x.one.example", Realm: "one.example"}:   true,
		{Host: "mme.two.example", Realm: "two.example"}: true,
		{Host: "hss.two.example", Realm: "two.example"}: false,
		{Host: "a", Realm: "b"}:                         false,
	} {
		require.Equal(t, want, accept(id), "%v", id)
	}
}

// TestConfigJSON checks that a JSON file is taken for what it says.
func TestConfigJSON(t *testing.T) {
	c, err := parseConfig([]byte(`{
		"t8": {"listen": "127.0.0.1:8080", "apiRoot": "https://scef.example.com", "tls": null},
		"diameter": {"listen": "127.0.0.1:3868", "host": "a.example", "realm": "example", "peers": [{"address": "127.0.0.1:3869", "host": "hss.example", "realm": "example"}]},
		"store": {"dir": "data"},
		"scsas": [{"id": "as1", "apn": "iot.example", "token": "0123456789abcdef", "maximumLatency": "2h", "latencyLimit": "72h",
			"maximumPacketSize": 512, "noBuffering": false, "keepRevoked": true, "noContent": true, "pdnEstablishmentOption": "INDICATE_ERROR"}],
		"notifications": {"allow": ["10.1.0.0/16"], "httpsOnly": true},
		"nidd": {"acceptIncompleteCMR": true, "default": {"scsas": "as1", "notificationDestination": "https://as.example/n"}},
		"log": {"level": "debug", "format": "json"}
	}`))
	require.NoError(t, err)
	require.Equal(t, []peerConfig{{Address: "127.0.0.1:3869", Host: "hss.example", Realm: "example"}}, c.Diameter.Peers)
	require.Equal(t, policy.NIDDByID{"as1": {
		APN: "iot.example", MaximumPacketSize: 512, MaximumLatency: 2 * time.Hour, LatencyLimit: 72 * time.Hour,
		KeepRevoked: true, NoContent: true, PDNEstablishmentOption: "INDICATE_ERROR",
	}}, c.profiles())
	o := c.nidd()
	require.True(t, o.AcceptIncompleteCMR)
	require.Equal(t, id.SCSASID("as1"), o.Default.SCSAS)
}

// TestConfigSample checks the file that a reader starts from, also with its optional lines switched on.
func TestConfigSample(t *testing.T) {
	_, err := readConfig("scefd.yaml")
	require.NoError(t, err)
	b, err := os.ReadFile("scefd.yaml")
	require.NoError(t, err)
	var all []string
	for line := range strings.Lines(string(b)) {
		if before, option, ok := strings.Cut(line, "# "); ok && strings.TrimSpace(before) == "" && strings.Contains(option, ":") {
			line = before + option
		}
		all = append(all, line)
	}
	all[0] = "" // the heading
	engines := 0
	for _, line := range all {
		if store, ok := strings.CutPrefix(line, "#store:"); ok {
			engines++
			_, err := parseConfig([]byte(with("store:" + store)))
			require.NoError(t, err, line)
		}
	}
	require.Equal(t, 2, engines)
	c, err := parseConfig([]byte(strings.Join(all, "")))
	require.NoError(t, err, "%s", strings.Join(all, ""))
	require.NotNil(t, c.T8.TLS)
	require.NotNil(t, c.NIDD.Default)
	require.Len(t, c.Diameter.Accept, 2)
	require.Equal(t, 24*time.Hour, c.SCSAS[0].MaximumLatency.Duration)
	require.Equal(t, "json", c.Log.Format)
}

func TestConfigFile(t *testing.T) {
	_, err := readConfig(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLimits(t *testing.T) {
	c, err := parseConfig([]byte(with(`scsas: [{id: a, apn: iot.example, token: "0123456789abcdef", quota: {messages: 5, octets: 6, period: 1h, stored: 7, storedOctets: 8}, ueQuota: {stored: 1}}]`) +
		"\napns: [{name: IoT.example, uplink: {messages: 1, unit: day}, uplinkByUE: true, downlink: {messages: 2, unit: hour}, exceptionReports: true, exception: {messages: 3, unit: week}, tellRemainder: true, quota: {stored: 4}}]"))
	require.NoError(t, err)
	set, err := policy.NewNIDDSet(c.profiles(), c.apns())
	require.NoError(t, err)
	as, ok := set.NIDD("a")
	require.True(t, ok)
	require.Equal(t, policy.Quota{Messages: 5, Octets: 6, Period: time.Hour, Stored: 7, StoredOctets: 8}, as.Quota)
	require.Equal(t, policy.Quota{Stored: 1}, as.UEQuota)
	require.Equal(t, &policy.APN{
		Rates: policy.APNRates{
			Uplink: policy.Rate{Messages: 1, Unit: policy.PerDay}, UplinkByUE: true, Downlink: policy.Rate{Messages: 2, Unit: policy.PerHour},
			ExceptionReports: true, Exception: policy.Rate{Messages: 3, Unit: policy.PerWeek}, TellRemainder: true,
		},
		Quota: policy.Quota{Stored: 4},
	}, set.APN("iot.example"))
	require.Nil(t, set.APN("other.example"))
}
