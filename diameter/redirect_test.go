package diameter_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

func TestParseURI(t *testing.T) {
	for in, want := range map[string]diameter.URI{
		"aaa://host.example.com":                        {false, "host.example.com", 3868, "tcp", "diameter"},
		"aaas://host.example.com":                       {true, "host.example.com", 5658, "tcp", "diameter"},
		"aaa://Host.example.com:6666;transport=tcp":     {false, "Host.example.com", 6666, "tcp", "diameter"},
		"AAA://h;protocol=Diameter;transport=SCTP":      {false, "h", 3868, "sctp", "diameter"},
		"aaa://h_1.x-y:1;transport=udp;protocol=radius": {false, "h_1.x-y", 1, "udp", "radius"},
		"aaa://h;protocol=tacacs+":                      {false, "h", 3868, "tcp", "tacacs+"},
	} {
		u, err := diameter.ParseURI(in)
		require.NoError(t, err, in)
		require.Equal(t, want, u)
		same, err := diameter.ParseURI(u.String())
		require.NoError(t, err, u.String())
		require.Equal(t, u, same)
	}
	u, err := diameter.ParseURI("aaas://h.example.com")
	require.NoError(t, err)
	require.Equal(t, "h.example.com:5658", u.Address())
	require.Equal(t, "aaas://h.example.com:5658", u.String())
	long := fmt.Sprintf("%064d", 0)
	for in, want := range map[string]string{
		"":                                    "there is no scheme",
		"host.example.com":                    "there is no scheme",
		"http://h":                            "the scheme is neither aaa nor aaas",
		"aaa://":                              `"" is not a domain name`,
		"aaa://:3868":                         `"" is not a domain name`,
		"aaa://a..b":                          `"a..b" is not a domain name`,
		"aaa://a b":                           `"a b" is not a domain name`,
		"aaa://" + long:                       "is not a domain name",
		"aaa://[::1]:3868":                    `"[" is not a domain name`,
		"aaa://user@h":                        `"user@h" is not a domain name`,
		"aaa://h:":                            `"" is not a port`,
		"aaa://h:0":                           `"0" is not a port`,
		"aaa://h:+1":                          `"+1" is not a port`,
		"aaa://h:65536":                       `"65536" is not a port`,
		"aaa://h:1:2":                         `"1:2" is not a port`,
		"aaa://h;":                            `parameter "" is not known`,
		"aaa://h;transport=":                  `parameter "transport=" is not known`,
		"aaa://h;transport=tls":               `parameter "transport=tls" is not known`,
		"aaa://h;transport=tcp;transport=tcp": `parameter "transport" is there twice`,
		"aaa://h;transport=udp":               "Diameter does not run over UDP",
	} {
		_, err := diameter.ParseURI(in)
		require.ErrorContains(t, err, want, in)
	}
}

func FuzzParseURI(f *testing.F) {
	f.Add("aaas://host.example.com:5658;transport=tcp;protocol=diameter")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := diameter.ParseURI(s)
		if err != nil {
			return
		}
		same, err := diameter.ParseURI(u.String())
		require.NoError(t, err)
		require.Equal(t, u, same)
	})
}

func redirectHost(uri string) diameter.AVP {
	return diameter.AVP{Code: 292, Flags: diameter.AVPMandatory, Data: []byte(uri)}
}

// redirectUse are the AVPs that make a redirect hold for other requests.
func redirectUse(usage diameter.RedirectHostUsage, seconds uint32) []diameter.AVP {
	b := diameter.AppendUint32(nil, 261, 0, diameter.AVPMandatory, uint32(usage))
	b = diameter.AppendUint32(b, 262, 0, diameter.AVPMandatory, seconds)
	one, rest, _ := diameter.NextAVP(b)
	two, _, _ := diameter.NextAVP(rest)
	return []diameter.AVP{one, two}
}

// cast are peers that answer, and what they got since it was asked last.
type cast struct {
	b   *bench
	mu  sync.Mutex
	got []string
}

func (c *cast) said() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.got
	c.got = nil
	return got
}

// join lets id answer the requests of its connection r with f; success is the default.
func (c *cast) join(r *raw, id diameter.Identity, f func(req *diameter.Message) *diameter.Message) {
	if f == nil {
		f = success
	}
	go func() {
		for {
			m, err := r.read()
			if err != nil {
				return
			}
			if m.Command != testCmd || !m.IsRequest() {
				continue
			}
			c.mu.Lock()
			c.got = append(c.got, id.Host)
			c.mu.Unlock()
			if _, err := r.c.Write(f(m).Append(nil)); err != nil {
				return
			}
		}
	}()
}

// patient nodes have no watchdog to speak of.
func patient(change func(o *diameter.Options)) *diameter.Options {
	o := &diameter.Options{Watchdog: 1000 * time.Hour, Accept: func(diameter.Identity) bool { return true }}
	if change != nil {
		change(o)
	}
	return o
}

var (
	agentA   = dra(0)
	agentB   = dra(1)
	targetID = diameter.Identity{Host: "target.far.example.com", Realm: "far.example.com"}
)

const targetURI = "aaa://Target.far.example.com:3868;transport=tcp"

func redirecting(from diameter.Identity, avps ...diameter.AVP) func(req *diameter.Message) *diameter.Message {
	return func(req *diameter.Message) *diameter.Message {
		return refusal(req, from, diameter.RedirectIndication, avps...)
	}
}

func TestRedirect(t *testing.T) {
	alone, both := []string{agentA.Host}, []string{agentA.Host, targetID.Host}
	for name, c := range map[string]struct {
		from diameter.Identity // who redirects
		to   []string
		want []string
	}{
		"followed":        {agentA, []string{targetURI}, both},
		"second host":     {agentA, []string{"aaa://gone.example.com", targetURI}, both},
		"not connected":   {agentA, []string{"aaa://gone.example.com"}, alone},
		"no host":         {agentA, nil, alone},
		"no URI":          {agentA, []string{targetID.Host}, alone},
		"RADIUS":          {agentA, []string{targetURI + ";protocol=radius"}, alone},
		"to us":           {agentA, []string{"aaa://" + scef.Host}, alone},
		"to itself":       {agentA, []string{"aaa://" + agentA.Host}, alone},
		"not by the peer": {farMME, []string{targetURI}, alone},
		"the eighth host": {agentA, append(nobodies(7), targetURI), both},
		"the ninth host":  {agentA, append(nobodies(8), targetURI), alone},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, patient(nil))
				p := &cast{b: b}
				var first, second *diameter.Message
				var avps []diameter.AVP
				for _, uri := range c.to {
					avps = append(avps, redirectHost(uri))
				}
				p.join(b.connect(agentA, scef, relaying), agentA, func(req *diameter.Message) *diameter.Message {
					first = req
					return redirecting(c.from, avps...)(req)
				})
				p.join(b.connect(targetID, scef), targetID, func(req *diameter.Message) *diameter.Message {
					second = req
					return success(req)
				})
				p.join(b.connect(mme, scef), mme, nil) // has nothing to do with it
				o := <-do(t.Context(), n, farMME)
				require.Equal(t, c.want, p.said())
				if second == nil {
					require.Equal(t, diameter.RedirectIndication, resultOf(t, o))
				} else {
					require.Equal(t, diameter.Success, resultOf(t, o))
					again(t, first, second, 0)
				}
			})
		})
	}
}

func nobodies(n int) (uris []string) {
	for i := range n {
		uris = append(uris, fmt.Sprintf("aaa://none%d.example.com", i))
	}
	return uris
}

// Redirects that lead to redirects end after the third.
func TestRedirectsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, patient(nil))
		require.NoError(t, n.SetRoutes(inOrder(1)))
		p := &cast{b: b}
		var want []string
		for i := range 5 {
			p.join(b.connect(dra(i), scef, relaying), dra(i), redirecting(dra(i), redirectHost("aaa://"+dra(i+1).Host)))
			want = append(want, dra(i).Host)
		}
		require.Equal(t, diameter.RedirectIndication, resultOf(t, <-do(t.Context(), n, farMME)))
		require.Equal(t, want[:4], p.said())
	})
}

func TestRedirectConnects(t *testing.T) {
	type call struct {
		uri  diameter.URI
		from diameter.Identity
	}
	for name, c := range map[string]struct {
		allow  bool
		listen bool
		want   diameter.Result
	}{
		"allowed": {true, true, diameter.Success}, "refused": {false, true, diameter.RedirectIndication},
		"unreachable": {true, false, diameter.RedirectIndication},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				var calls []call
				n := b.node(scef, nil, patient(func(o *diameter.Options) {
					o.Redirect = func(uri diameter.URI, from diameter.Identity) (diameter.Peer, bool) {
						calls = append(calls, call{uri, from})
						return diameter.Peer{Address: "at " + uri.Host}, c.allow
					}
				}))
				p := &cast{b: b}
				p.join(b.connect(agentA, scef, relaying), agentA, redirecting(agentA, redirectHost("aaa://"+targetID.Host)))
				if c.listen {
					l, err := b.wire.Listen("at " + targetID.Host)
					require.NoError(t, err)
					t.Cleanup(func() { l.Close() })
					go func() {
						for {
							c, err := l.Accept()
							if err != nil {
								return
							}
							time.Sleep(time.Second)
							r := b.wrap(c)
							cer, err := r.read()
							if err != nil {
								return
							}
							cea, _ := diameter.NewAnswer(cer, newCEA(targetID))
							c.Write(cea.Append(nil))
							p.join(r, targetID, nil)
						}
					}()
				}
				begin := time.Now()
				o := <-do(t.Context(), n, farMME)
				require.Equal(t, c.want, resultOf(t, o))
				require.Equal(t, []call{{diameter.URI{Host: targetID.Host, Port: 3868, Transport: "tcp", Protocol: "diameter"}, agentA}}, calls)
				switch name {
				case "allowed":
					require.Equal(t, time.Second, time.Since(begin))
					require.Equal(t, diameter.Success, resultOf(t, <-do(t.Context(), n, farMME))) // it is open now
					require.Len(t, calls, 1)
				case "refused":
					require.Zero(t, time.Since(begin))
				default:
					require.Equal(t, 10*time.Second, time.Since(begin))
				}
			})
		})
	}
}

// use is what tells requests apart that a redirect may hold for.
type use struct {
	session, user, host, realm string
	app                        diameter.ApplicationID
}

// ask sends a request and returns who got it.
func ask(t *testing.T, n *diameter.Node, p *cast, u use) []string {
	m := request(diameter.Identity{})
	m.App = u.app
	m.AVPs = diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, u.session)
	m.AVPs = diameter.AppendString(m.AVPs, 1, 0, diameter.AVPMandatory, u.user)
	ans, err := n.Do(t.Context(), diameter.Identity{Host: u.host, Realm: u.realm}, m)
	require.Equal(t, diameter.Success, resultOf(t, outcome{ans, err}))
	return p.said()
}

// What a redirect holds for, how long, and for whom.
func TestRedirectUsage(t *testing.T) {
	const otherApp = diameter.ApplicationID(5)
	base := use{"s;1", "001010000000001", farMME.Host, farMME.Realm, testApp}
	change := func(f func(*use)) use { r := base; f(&r); return r }
	variants := map[string]use{
		"session":     change(func(r *use) { r.session = "s;2" }),
		"user":        change(func(r *use) { r.user = "001010000000002" }),
		"host":        change(func(r *use) { r.host = "" }),
		"realm":       change(func(r *use) { r.realm = "near.example.com" }),
		"application": change(func(r *use) { r.app = otherApp }),
		"all":         {"s;3", "001010000000003", "h.third.example.com", "third.example.com", otherApp},
	}
	for usage, hits := range map[diameter.RedirectHostUsage][]string{
		diameter.RedirectHostUsageDontCache:           nil,
		diameter.RedirectHostUsageAllSession:          {"same", "user", "host", "realm", "application"},
		diameter.RedirectHostUsageAllUser:             {"same", "session", "host", "realm", "application"},
		diameter.RedirectHostUsageAllRealm:            {"same", "session", "user", "host", "application"},
		diameter.RedirectHostUsageRealmAndApplication: {"same", "session", "user", "host"},
		diameter.RedirectHostUsageAllApplication:      {"same", "session", "user", "host", "realm"},
		diameter.RedirectHostUsageAllHost:             {"same", "session", "user", "host", "realm", "application", "all"},
		99:                                            nil,
	} {
		t.Run(usage.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, patient(nil))
				require.NoError(t, n.SetRoutes(inOrder(2)))
				p := &cast{b: b}
				a := b.connect(agentA, scef, relaying)
				p.join(a, agentA, redirecting(agentA, append(redirectUse(usage, 60), redirectHost(targetURI))...))
				p.join(b.connect(agentB, scef, relaying), agentB, nil)
				p.join(b.connect(targetID, scef, relaying), targetID, nil)
				send := func(u use) []string { return ask(t, n, p, u) }
				asked, known := []string{agentA.Host, targetID.Host}, []string{targetID.Host}
				require.Equal(t, asked, send(base))
				for _, name := range hits {
					v, ok := variants[name]
					if !ok {
						v = base
					}
					require.Equal(t, known, send(v), name)
				}
				time.Sleep(59 * time.Second)
				if len(hits) > 0 {
					require.Equal(t, known, send(base))
				}
				time.Sleep(time.Second)
				require.Equal(t, asked, send(base), "it has expired")
				a.c.Close() // requests that would go elsewhere are not concerned
				synctest.Wait()
				require.Equal(t, []string{agentB.Host}, send(base))
			})
			bubble(t, func(t *testing.T, b *bench) { // the others are not hit
				n := b.node(scef, nil, patient(nil))
				require.NoError(t, n.SetRoutes(inOrder(1)))
				p := &cast{b: b}
				p.join(b.connect(targetID, scef, relaying), targetID, nil)
				first := true
				p.join(b.connect(agentA, scef, relaying), agentA, func(req *diameter.Message) *diameter.Message {
					if first {
						first = false
						return redirecting(agentA, append(redirectUse(usage, 60), redirectHost(targetURI))...)(req)
					}
					return success(req)
				})
				ask(t, n, p, base)
				hit := make(map[string]bool)
				for _, h := range hits {
					hit[h] = true
				}
				for name, v := range variants {
					if !hit[name] {
						require.Equal(t, []string{agentA.Host}, ask(t, n, p, v), name)
					}
				}
			})
		})
	}
}

// Without a time, or with one of zero, a redirect is for its request alone.
func TestRedirectWithoutTime(t *testing.T) {
	zero := redirectUse(diameter.RedirectHostUsageAllHost, 0)
	for name, avps := range map[string][]diameter.AVP{"none": zero[:1], "zero": zero} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, patient(nil))
				p := &cast{b: b}
				p.join(b.connect(agentA, scef, relaying), agentA, redirecting(agentA, append(avps, redirectHost(targetURI))...))
				p.join(b.connect(targetID, scef), targetID, nil)
				for range 2 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					require.Equal(t, diameter.Success, resultOf(t, <-do(ctx, n, farMME)))
					cancel()
					require.Equal(t, []string{agentA.Host, targetID.Host}, p.said())
				}
			})
		})
	}
}
