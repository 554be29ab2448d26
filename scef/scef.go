// Package scef joins the parts of scefkit to a Service Capability Exposure Function: T8 towards the SCS/AS, the
// procedures, Diameter towards the network, and a store.
//
// A [Node] owns none of what it joins but its goroutines: the caller brings store, policy and listeners. Start with
// [New], add the peers to be dialled with [Node.AddPeer], and serve with [Node.ServeDiameter] and [Node.ServeT8]. The
// program in examples/scefd does that from a configuration file, the one in examples/quickstart with simulated
// neighbours. An embedder that needs less, or other parts, joins the packages itself; this one is short.
package scef

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// Policy says who the SCS/AS are, what they may do and where their notifications may go. [policy.Static] is one. If it also
// is a policy.UEAuthorizer or a policy.Limiter, it is asked as such.
type Policy interface {
	policy.Authenticator
	policy.Authorizer
	policy.Destinations
}

// Config is what a Node needs; every member is required but Cluster.
type Config struct {
	Identity diameter.Identity // Origin-Host and Origin-Realm, and SCEF-ID; see Options.Host
	APIRoot  string            // under which SCS/AS reach T8, as "https://scef.example.com"
	Store    store.Store       // the Node does not close it
	Cluster  *store.Cluster    // of the Nodes that share Store; nil: this one has it for itself
	Policy   Policy
	NIDD     policy.NIDDProfiles
}

// Options of a Node. The zero value of a field is its default; the Node sets the members that join its parts itself.
type Options struct {
	// Host is the Origin-Host of this Node towards its Diameter peers (CER, DWR) when it is one of a cluster. The Nodes have
	// Config.Identity in common: their requests come in its name, and those to it reach any of them. So the peers must
	// take them for agents, or be agents that send what is for that host or its realm to each of the Nodes. Default:
	// that of Config.Identity.
	Host     string
	Diameter diameter.Options
	NIDD     nidd.Options
	T8       t8.HandlerOptions
	Notifier t8.NotifierOptions
	Outbox   t8.OutboxOptions
	APIs     []t8.API // of procedures that the caller brings, as t8.BDTAPI(myBDT); served beside those of the Node
	// WebSockets offers notifications over WebSockets (TS 29.122 §5.2.5.4) below the path /websocket of the API root. The
	// framing is not confirmed, see [t8.WebSockets]; nil: not offered.
	WebSockets *t8.WebSocketsOptions
	OpenAPI    t8.OpenAPIOptions // of the descriptions below t8.OpenAPIPath, which everybody may read
	TLS        *tls.Config       // of T8; nil serves plain HTTP
	Logger     *slog.Logger      // of all parts that have none of their own; default: nothing
}

// Node is an SCEF. All methods are safe for concurrent use.
type Node struct {
	diameter *diameter.Node
	nidd     *nidd.Procedure
	notifier *t8.Notifier
	sockets  *t8.WebSockets // nil: none
	handler  http.Handler   // T8, its descriptions and WebSockets
	http     *http.Server
	log      *slog.Logger

	stop    context.CancelFunc // of the background work
	running sync.WaitGroup

	closing  sync.Once
	closeErr error
}

// New joins the parts and starts the background work: timers and outbox. The Node is not reachable before ServeT8 and
// ServeDiameter or AddPeer. Close or Shutdown releases its goroutines. opts may be nil.
func New(c Config, opts *Options) (*Node, error) {
	if opts == nil {
		opts = &Options{}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	o := *opts
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	for part, l := range map[string]**slog.Logger{
		"diameter": &o.Diameter.Logger, "nidd": &o.NIDD.Logger, "t8": &o.T8.Logger, "notifier": &o.Notifier.Logger,
		"outbox": &o.Outbox.Logger,
	} {
		if *l == nil {
			*l = o.Logger.With("part", part)
		}
	}
	n := &Node{log: o.Logger}

	o.Notifier.Destinations = c.Policy
	n.notifier = t8.NewNotifier(&o.Notifier)
	var sender t8.Sender = n.notifier
	if err := n.openSockets(c, &o); err != nil {
		return nil, err
	}
	if n.sockets != nil {
		sender = n.sockets
	}
	o.Outbox.Cluster = c.Cluster
	outbox := t8.NewOutbox([]byte("outbox/"), sender, &o.Outbox)

	if o.NIDD.CheckDestination == nil {
		o.NIDD.CheckDestination = checkDestination(c.Policy)
	}
	if o.Diameter.AnswerTimeout == 0 {
		o.Diameter.AnswerTimeout = o.NIDD.AnswerTimeout // the defaults are the same, too
	}
	var tr relay
	var err error
	n.nidd, err = nidd.New(nidd.Deps{
		Self: c.Identity, APIRoot: c.APIRoot, Store: c.Store, Cluster: c.Cluster, Transport: &tr, Notifier: sender, Outbox: outbox, Profiles: c.NIDD,
	}, &o.NIDD)
	if err != nil {
		return nil, err
	}
	self := c.Identity
	if o.Host != "" {
		self.Host = o.Host
		o.Diameter.Aliases = append(slices.Clone(o.Diameter.Aliases), c.Identity.Host)
	}
	n.diameter, err = diameter.NewNode(self, []diameter.App{
		{ID: t6a.App, Vendor: diameter.Vendor3GPP, Handler: n.nidd.T6a()},
		{ID: s6t.App, Vendor: diameter.Vendor3GPP, Handler: n.nidd.S6t()},
	}, &o.Diameter)
	if err != nil {
		return nil, err
	}
	tr.to = n.diameter

	root, _ := url.Parse(c.APIRoot) // checked above
	o.T8.Prefix, o.T8.Authorizer = root.Path, c.Policy
	if o.T8.Limiter == nil {
		o.T8.Limiter, _ = c.Policy.(policy.Limiter)
	}
	apis := append([]t8.API{t8.NIDDAPI(n.nidd)}, o.APIs...)
	handler, err := t8.NewHandler(c.Policy, &o.T8, apis...)
	if err != nil {
		return nil, errors.Join(err, n.diameter.Close())
	}
	if o.OpenAPI.APIRoot == "" {
		o.OpenAPI.APIRoot = c.APIRoot
	}
	docs := strings.TrimSuffix(root.Path, "/") + t8.OpenAPIPath
	n.handler = beside(handler, docs, t8.NewOpenAPIHandler(docs, &o.OpenAPI, apis...))
	if n.sockets != nil {
		n.handler = beside(n.handler, strings.TrimSuffix(root.Path, "/")+"/websocket/", n.sockets)
	}
	n.http = t8.NewServer("", n.handler, o.TLS)
	n.http.ErrorLog = slog.NewLogLogger(o.T8.Logger.Handler(), slog.LevelWarn)

	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	work := func(ctx context.Context) error {
		var running sync.WaitGroup
		n.background(ctx, &running, "timers", n.nidd.Run)
		n.background(ctx, &running, "outbox", func(ctx context.Context) error { return outbox.Run(ctx, c.Store) })
		running.Wait()
		return ctx.Err()
	}
	n.background(ctx, &n.running, "cluster", func(ctx context.Context) error { return c.Cluster.Run(ctx, work) })
	return n, nil
}

func (c *Config) check() error {
	var errs []error
	if c.Identity.Host == "" || c.Identity.Realm == "" {
		errs = append(errs, errors.New("scef: Config.Identity needs Host and Realm"))
	}
	if u, err := url.Parse(c.APIRoot); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		errs = append(errs, fmt.Errorf("scef: Config.APIRoot %q is not an http or https URI", c.APIRoot))
	}
	for _, x := range []struct {
		name    string
		missing bool
	}{{"Store", c.Store == nil}, {"Policy", c.Policy == nil}, {"NIDD", c.NIDD == nil}} {
		if x.missing {
			errs = append(errs, errors.New("scef: Config."+x.name+" is missing"))
		}
	}
	return errors.Join(errs...)
}

// openSockets makes the WebSockets, if they are wanted.
func (n *Node) openSockets(c Config, o *Options) (err error) {
	if o.WebSockets == nil {
		return nil
	}
	w := *o.WebSockets
	if w.Logger == nil {
		w.Logger = o.Logger.With("part", "websocket")
	}
	if w.Allow == nil { // asked when the procedure is there
		w.Allow = func(ctx context.Context, scsas id.SCSASID, subscription string) error {
			return n.nidd.AllowWebSocket(ctx, scsas, subscription)
		}
	}
	n.sockets, err = t8.NewWebSockets(strings.TrimSuffix(c.APIRoot, "/")+"/websocket", c.Policy, n.notifier, &w)
	if err == nil {
		o.NIDD.WebSocketURI = n.sockets.URI
	}
	return err
}

// beside is h, and other for what lies below a path.
func beside(h http.Handler, path string, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, path) {
			other.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// relay is a Transport that is known before the node that it leads to: procedure and node need each other.
type relay struct{ to *diameter.Node }

func (r *relay) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	return r.to.Do(ctx, to, req)
}

func (r *relay) AnswerTimeout() time.Duration { return r.to.AnswerTimeout() }

func checkDestination(d policy.Destinations) func(string) error {
	return func(uri string) error {
		u, err := url.Parse(uri)
		if err != nil {
			return err
		}
		return d.CheckURL(u)
	}
}

// background runs work until ctx ends, and again after a pause when it fails.
func (n *Node) background(ctx context.Context, running *sync.WaitGroup, name string, work func(context.Context) error) {
	running.Go(func() {
		for {
			err := work(ctx)
			if ctx.Err() != nil {
				return
			}
			n.log.Error("background work failed", "work", name, "err", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return
			}
		}
	})
}

// Handler returns the T8 side with the descriptions of its APIs, for a caller that runs its own HTTP server. [t8.AfterResponse] tells what it relies on.
func (n *Node) Handler() http.Handler { return n.handler }

// NIDD returns the NIDD procedure, for calls in process.
func (n *Node) NIDD() *nidd.Procedure { return n.nidd }

// Peers returns the state of the Diameter peers.
func (n *Node) Peers() []diameter.PeerStatus { return n.diameter.Peers() }

// AddPeer keeps the Node connected to a Diameter peer.
func (n *Node) AddPeer(p diameter.Peer) error { return n.diameter.AddPeer(p) }

// AwaitPeer waits until a peer can be reached that leads to the destination.
func (n *Node) AwaitPeer(ctx context.Context, to diameter.Identity, app diameter.ApplicationID) error {
	return n.diameter.AwaitPeer(ctx, to, app)
}

// ServeDiameter accepts Diameter peers from l until the Node is closed or shut down; it returns diameter.ErrClosed then.
func (n *Node) ServeDiameter(l net.Listener) error { return n.diameter.Serve(l) }

// ServeT8 accepts SCS/AS from l until the Node is closed or shut down; it returns http.ErrServerClosed then.
func (n *Node) ServeT8(l net.Listener) error {
	if n.http.TLSConfig != nil {
		return n.http.ServeTLS(l, "", "")
	}
	return n.http.Serve(l)
}

// Shutdown stops the Node in order: no new requests of SCS/AS, those under way finish, Diameter peers are told (DPR) and
// their requests finish, then timers and outbox stop. When ctx ends before, the rest is cut off and the error wraps its
// cause. What was acknowledged is in the store either way.
func (n *Node) Shutdown(ctx context.Context) error {
	n.closing.Do(func() {
		err := n.http.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, n.http.Close())
		}
		n.closeSockets()
		n.closeErr = errors.Join(err, n.diameter.Shutdown(ctx))
		n.end()
	})
	return n.closeErr
}

// Close stops the Node at once and waits for its goroutines. It may be called again, and after Shutdown.
func (n *Node) Close() error {
	n.closing.Do(func() {
		n.closeSockets()
		n.closeErr = errors.Join(n.http.Close(), n.diameter.Close())
		n.end()
	})
	return n.closeErr
}

// closeSockets ends the connections that the HTTP server does not know any more.
func (n *Node) closeSockets() {
	if n.sockets != nil {
		n.sockets.Close()
	}
}

func (n *Node) end() {
	n.stop()
	n.nidd.Close()
	n.running.Wait()
	n.notifier.Close()
}
