package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/policy/oauth"
	"github.com/scefkit/scefkit/t8"
)

// config is the configuration file, YAML or JSON. Durations are texts as "10s" or "24h".
type config struct {
	T8            t8Config            `yaml:"t8"`
	Diameter      diameterConfig      `yaml:"diameter"`
	Store         storeConfig         `yaml:"store"`
	SCSAS         []scsasConfig       `yaml:"scsas"`
	APNs          []apnConfig         `yaml:"apns"` // that have limits
	Notifications notificationsConfig `yaml:"notifications"`
	NIDD          niddConfig          `yaml:"nidd"`
	Log           logConfig           `yaml:"log"`
	Charging      *chargingConfig     `yaml:"charging"` // default: no charging records
	Metrics       *metricsConfig      `yaml:"metrics"`  // default: not served
}

type t8Config struct {
	Listen     string       `yaml:"listen"`  // address of the HTTP server
	APIRoot    string       `yaml:"apiRoot"` // as SCS/AS see it
	TLS        *tlsConfig   `yaml:"tls"`
	WebSockets bool         `yaml:"webSockets"` // offer notifications over WebSockets
	OAuth      *oauthConfig `yaml:"oauth"`      // takes access tokens besides those of scsas
}

type oauthConfig struct {
	Issuer       string `yaml:"issuer"`
	Audience     string `yaml:"audience"`
	JWKS         string `yaml:"jwks"`  // URI of the keys of the issuer
	AEFID        string `yaml:"aefId"` // of this SCEF in scopes of CAPIF; default: any
	RequireScope bool   `yaml:"requireScope"`
}

type tlsConfig struct {
	Cert     string `yaml:"cert"`     // PEM file
	Key      string `yaml:"key"`      // PEM file
	ClientCA string `yaml:"clientCA"` // PEM file; set, an SCS/AS must show a certificate that it signed
}

type diameterConfig struct {
	Listen string       `yaml:"listen"`
	Host   string       `yaml:"host"`
	Realm  string       `yaml:"realm"`
	SCEFID string       `yaml:"scefId"` // Host that the daemons of a cluster have in common; default: host
	Peers  []peerConfig `yaml:"peers"`  // to be dialled
	Accept []string     `yaml:"accept"` // realms and hosts of peers that may connect; default: the own realm
	Origin string       `yaml:"origin"` // in whose name peers may send requests, a key of origins; default: agent
}

// origins are the values of diameter.origin.
var origins = map[string]func(diameter.Origin) diameter.Result{
	"":      diameter.OriginAgent,
	"agent": diameter.OriginAgent,
	"exact": diameter.OriginExact,
	"realm": diameter.OriginRealm,
	"any":   diameter.OriginAny,
}

type peerConfig struct {
	Address string `yaml:"address"`
	Host    string `yaml:"host"`  // who must answer; default: anyone
	Realm   string `yaml:"realm"` // likewise
}

type scsasConfig struct {
	ID    string `yaml:"id"`
	APN   string `yaml:"apn"`
	Token string `yaml:"token"` // bearer token

	Certificates []string        `yaml:"certificates"` // names in client certificates, see t8.tls.clientCA
	APIs         []string        `yaml:"apis"`         // as 3gpp-nidd; default: all
	Operations   []string        `yaml:"operations"`   // as CreateNIDDConfiguration; default: all
	UEs          *policy.UERange `yaml:"ues"`          // that it may name; default: all
	Rate         rateConfig      `yaml:"rate"`

	MaximumPacketSize      int      `yaml:"maximumPacketSize"` // octets
	MaximumLatency         duration `yaml:"maximumLatency"`
	LatencyLimit           duration `yaml:"latencyLimit"`
	NoBuffering            bool     `yaml:"noBuffering"`
	PDNEstablishmentOption string   `yaml:"pdnEstablishmentOption"`
	MaximumDuration        duration `yaml:"maximumDuration"`
	KeepRevoked            bool     `yaml:"keepRevoked"`
	NoContent              bool     `yaml:"noContent"`

	Quota   dataQuotaConfig `yaml:"quota"`   // of downlink data
	UEQuota dataQuotaConfig `yaml:"ueQuota"` // likewise, of each UE
}

// rateConfig bounds the requests of an SCS/AS; a member that is zero does not.
type rateConfig struct {
	PerSecond float64  `yaml:"perSecond"`
	Burst     int      `yaml:"burst"`
	Quota     int64    `yaml:"quota"`
	Period    duration `yaml:"period"` // of the quota; default 24h
}

type notificationsConfig struct {
	Allow     []string `yaml:"allow"` // prefixes
	HTTPSOnly bool     `yaml:"httpsOnly"`
	Ports     []uint16 `yaml:"ports"` // of destinations; default: all
}

type niddConfig struct {
	Default             *defaultConfig `yaml:"default"` // SCS/AS for UEs that attach without a configuration
	AcceptIncompleteCMR bool           `yaml:"acceptIncompleteCMR"`
}

type defaultConfig struct {
	SCSAS                   string `yaml:"scsas"`
	NotificationDestination string `yaml:"notificationDestination"`
}

type logConfig struct {
	Level  string `yaml:"level"`  // debug, info, warn, error; default info
	Format string `yaml:"format"` // text, json; default text
}

// duration is a time.Duration as the file writes it. What is wrong with it is found by check, which knows its key.
type duration struct {
	time.Duration
	text string // of one that cannot be read
}

// UnmarshalText implements encoding.TextUnmarshaler.
//
//nolint:unparam // its error belongs to the interface
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		d.text = string(b)
	}
	d.Duration = v
	return nil
}

// readConfig reads and checks a configuration file. The error names every key at fault.
func readConfig(path string) (*config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseConfig(b)
}

func parseConfig(b []byte) (*config, error) {
	c := new(config)
	if err := yaml.UnmarshalWithOptions(b, c, yaml.Strict()); err != nil {
		return nil, locate(b, err)
	}
	if c.T8.APIRoot == "" && c.T8.Listen != "" {
		c.T8.APIRoot = "http://" + c.T8.Listen
		if c.T8.TLS != nil {
			c.T8.APIRoot = "https://" + c.T8.Listen
		}
	}
	return c, c.check()
}

// locate names the key that a fault of the YAML is at. It shows nothing else of the file, which holds secrets.
func locate(b []byte, err error) error {
	var fault yaml.Error
	if !errors.As(err, &fault) || fault.GetToken() == nil {
		return err
	}
	at := fault.GetToken().Position
	place := fmt.Sprintf("line %d", at.Line)
	if file, e := parser.ParseBytes(b, 0); e == nil {
		var w pathFinder
		for _, doc := range file.Docs {
			w.at = at
			ast.Walk(&w, doc)
		}
		if w.path != "" {
			return fmt.Errorf("%s: %s: %s", w.path, place, fault.GetMessage())
		}
	}
	return fmt.Errorf("%s: %s", place, fault.GetMessage())
}

// pathFinder looks for the node at a position.
type pathFinder struct {
	at   *token.Position
	path string // as "scsas[0].id"
}

func (w *pathFinder) Visit(n ast.Node) ast.Visitor {
	if p := n.GetToken().Position; p.Line == w.at.Line && p.Column == w.at.Column {
		if path := strings.TrimPrefix(n.GetPath(), "$."); path != "$" {
			w.path = path
		}
	}
	return w
}

// faults collects what is wrong with the configuration.
type faults []error

func (f *faults) add(key, format string, args ...any) {
	*f = append(*f, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
}

func (f *faults) need(key, value string) bool {
	if value == "" {
		f.add(key, "is missing")
	}
	return value != ""
}

func (f *faults) address(key, value string) {
	if !f.need(key, value) {
		return
	}
	if _, _, err := net.SplitHostPort(value); err != nil {
		f.add(key, "%q is not host:port", value)
	}
}

func (c *config) check() error {
	var f faults
	f.address("t8.listen", c.T8.Listen)
	if u, err := url.Parse(c.T8.APIRoot); c.T8.APIRoot != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "") {
		f.add("t8.apiRoot", "%q is not an http or https URI", c.T8.APIRoot)
	}
	if t := c.T8.TLS; t != nil {
		f.need("t8.tls.cert", t.Cert)
		f.need("t8.tls.key", t.Key)
	}
	if o := c.T8.OAuth; o != nil {
		if _, err := o.authenticator(); err != nil {
			f.add("t8.oauth", "%v", err)
		}
	}
	f.address("diameter.listen", c.Diameter.Listen)
	f.need("diameter.host", c.Diameter.Host)
	f.need("diameter.realm", c.Diameter.Realm)
	for i, p := range c.Diameter.Peers {
		f.address(fmt.Sprintf("diameter.peers[%d].address", i), p.Address)
	}
	if origins[c.Diameter.Origin] == nil {
		f.add("diameter.origin", "%q is not agent, exact, realm or any", c.Diameter.Origin)
	}
	c.Store.check(&f)
	c.Charging.check(&f)
	c.Metrics.check(&f)
	if len(c.SCSAS) == 0 {
		f.add("scsas", "is missing")
	}
	for i, as := range c.SCSAS {
		c.checkSCSAS(&f, fmt.Sprintf("scsas[%d]", i), i, as)
	}
	c.checkAPNs(&f)
	for i, p := range c.Notifications.Allow {
		if v, err := netip.ParsePrefix(p); err != nil || v.Addr().Is4In6() {
			f.add(fmt.Sprintf("notifications.allow[%d]", i), "%q is not a prefix as 10.1.0.0/16 or 2001:db8::/32", p)
		}
	}
	if d := c.NIDD.Default; d != nil {
		if !slices.ContainsFunc(c.SCSAS, func(as scsasConfig) bool { return as.ID == d.SCSAS }) {
			f.add("nidd.default.scsas", "%q is not an id of scsas", d.SCSAS)
		}
		f.need("nidd.default.notificationDestination", d.NotificationDestination)
	}
	if _, err := c.Log.level(); err != nil {
		f.add("log.level", "%v", err)
	}
	if l := c.Log.Format; l != "" && l != "text" && l != "json" {
		f.add("log.format", "%q is neither text nor json", l)
	}
	return errors.Join(f...)
}

func (c *config) checkSCSAS(f *faults, key string, i int, as scsasConfig) {
	f.need(key+".id", as.ID)
	f.need(key+".apn", as.APN)
	if as.Token == "" && len(as.Certificates) == 0 && c.T8.OAuth == nil {
		f.add(key+".token", "is missing; an SCS/AS without any credential is not let in")
	}
	static := as.static()
	static.ID = "x" // whatever it is
	if _, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{static}}); err != nil {
		for line := range strings.Lines(strings.TrimPrefix(err.Error(), "policy: ")) {
			name, why, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "scsas[0]: "), ": ")
			name = strings.Replace(strings.Replace(name, "tokens[0]", "token", 1), "limit", "rate", 1)
			f.add(key+"."+name, "%s", why)
		}
	}
	for _, other := range c.SCSAS[:i] {
		if other.ID == as.ID && as.ID != "" {
			f.add(key+".id", "%q is given twice", as.ID)
		}
		if other.Token == as.Token && as.Token != "" {
			f.add(key+".token", "is that of another entry")
		}
	}
	if as.MaximumPacketSize < 0 || as.MaximumPacketSize > 65535 {
		f.add(key+".maximumPacketSize", "%d is not in 1 to 65535", as.MaximumPacketSize)
	}
	for _, d := range []struct {
		name string
		duration
	}{{"maximumLatency", as.MaximumLatency}, {"latencyLimit", as.LatencyLimit}, {"maximumDuration", as.MaximumDuration}, {"rate.period", as.Rate.Period}} {
		switch {
		case d.text != "":
			f.add(key+"."+d.name, "%q is not a duration as 10s, 5m or 24h", d.text)
		case d.Duration < 0:
			f.add(key+"."+d.name, "is negative")
		}
	}
	as.Quota.check(f, key+".quota")
	as.UEQuota.check(f, key+".ueQuota")
	if o := t8.PDNEstablishmentOption(as.PDNEstablishmentOption); o != "" && !o.Known() {
		f.add(key+".pdnEstablishmentOption", "%q is not known", string(o))
	}
}

func (l logConfig) level() (slog.Level, error) {
	var v slog.Level
	if l.Level == "" {
		return slog.LevelInfo, nil
	}
	return v, v.UnmarshalText([]byte(l.Level))
}

// logger writes to w as the configuration says.
func (l logConfig) logger(w *os.File) *slog.Logger {
	level, _ := l.level() // checked
	opts := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

func (c *config) identity() diameter.Identity {
	host := c.Diameter.SCEFID
	if host == "" {
		host = c.Diameter.Host
	}
	return diameter.Identity{Host: host, Realm: c.Diameter.Realm}
}

// static is the entry as policy.Static wants it. That it has a credential is for check.
func (as scsasConfig) static() policy.StaticSCSAS {
	s := policy.StaticSCSAS{
		ID: id.SCSASID(as.ID), Certificates: as.Certificates, Elsewhere: true, APIs: as.APIs, Operations: as.Operations, UEs: as.UEs,
		Limit: policy.Limit{PerSecond: as.Rate.PerSecond, Burst: as.Rate.Burst, Quota: as.Rate.Quota, Period: as.Rate.Period.Duration},
	}
	if as.Token != "" {
		s.Tokens = []string{as.Token}
	}
	return s
}

func (o *oauthConfig) authenticator() (*oauth.Authenticator, error) {
	return oauth.New(oauth.Options{
		Issuer: o.Issuer, Audience: o.Audience, JWKS: o.JWKS, AEFID: o.AEFID, RequireScope: o.RequireScope,
	})
}

// scefPolicy is the policy of the file, with access tokens if it says so.
type scefPolicy struct {
	*policy.Static
	auth policy.Authenticator
}

func (p scefPolicy) Authenticate(r *http.Request) (policy.Caller, string, error) {
	return p.auth.Authenticate(r)
}

// policy returns who may do what.
func (c *config) policy() (scefPolicy, error) {
	var s policy.StaticConfig
	for _, as := range c.SCSAS {
		s.SCSAS = append(s.SCSAS, as.static())
	}
	s.Destinations.HTTPSOnly, s.Destinations.Ports = c.Notifications.HTTPSOnly, c.Notifications.Ports
	for _, p := range c.Notifications.Allow {
		s.Destinations.Allow = append(s.Destinations.Allow, netip.MustParsePrefix(p)) // checked
	}
	static, err := policy.NewStatic(s)
	if err != nil || c.T8.OAuth == nil {
		return scefPolicy{static, static}, err
	}
	tokens, err := c.T8.OAuth.authenticator()
	return scefPolicy{static, policy.FirstOf(static, tokens)}, err
}

// profiles returns what each SCS/AS may do with NIDD.
func (c *config) profiles() policy.NIDDByID {
	profiles := policy.NIDDByID{}
	for _, as := range c.SCSAS {
		profiles[id.SCSASID(as.ID)] = policy.NIDD{
			APN:                    id.APN(as.APN),
			MaximumPacketSize:      as.MaximumPacketSize,
			MaximumLatency:         as.MaximumLatency.Duration,
			LatencyLimit:           as.LatencyLimit.Duration,
			NoBuffering:            as.NoBuffering,
			PDNEstablishmentOption: as.PDNEstablishmentOption,
			MaximumDuration:        as.MaximumDuration.Duration,
			KeepRevoked:            as.KeepRevoked,
			NoContent:              as.NoContent,
			Quota:                  as.Quota.policy(),
			UEQuota:                as.UEQuota.policy(),
		}
	}
	return profiles
}

// accept says which peers may connect.
func (c *config) accept() func(diameter.Identity) bool {
	allowed := c.Diameter.Accept
	if len(allowed) == 0 {
		allowed = []string{c.Diameter.Realm}
	}
	return func(peer diameter.Identity) bool {
		return slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, peer.Host) || strings.EqualFold(a, peer.Realm) })
	}
}

func (c *config) nidd() nidd.Options {
	o := nidd.Options{AcceptIncompleteCMR: c.NIDD.AcceptIncompleteCMR}
	if d := c.NIDD.Default; d != nil {
		o.Default = &nidd.DefaultSCSAS{SCSAS: id.SCSASID(d.SCSAS), Destination: d.NotificationDestination}
	}
	return o
}

// load reads the certificates.
func (t *tlsConfig) load() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("t8.tls.cert, t8.tls.key: %w", err)
	}
	out := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if t.ClientCA != "" {
		if out.ClientCAs, err = certificates(t.ClientCA); err != nil {
			return nil, fmt.Errorf("t8.tls.clientCA: %w", err)
		}
		out.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return out, nil
}
