package diameter

import (
	"context"
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what redirects can do.
const (
	maxRedirects       = 3              // followed for one request
	maxRedirectHosts   = 8              // of one answer; the others are not looked at
	maxRedirectEntries = 4096           // in memory
	maxRedirectTime    = 24 * time.Hour // in memory, whatever the answer says
	maxRedirectPeers   = 64             // added to the node because of redirects
)

// redirectScopes are the uses of a redirect for other requests, the one that counts before the others first
// (RFC 6733 §6.14).
var redirectScopes = [...]RedirectHostUsage{
	RedirectHostUsageAllSession, RedirectHostUsageAllUser, RedirectHostUsageRealmAndApplication, RedirectHostUsageAllRealm,
	RedirectHostUsageAllApplication, RedirectHostUsageAllHost,
}

// redirects remembers where peers said that requests go instead. An entry counts only for requests that would go to the
// very peer that gave it: so a peer cannot draw to another what it would not have got itself.
type redirects struct {
	n atomic.Int32 // entries

	mu      sync.Mutex
	entries map[redirectKey]redirectEntry // guarded by mu, as all below
	scopes  [7]int                        // entries by usage
}

type redirectKey struct {
	usage RedirectHostUsage
	peer  string // folded; who gave it
	name  string // Session-Id, User-Name or folded realm, as the usage needs it
	app   ApplicationID
}

type redirectEntry struct {
	hosts []string // folded
	until int64    // in nanoseconds of the node
}

// used reports whether there is anything to be found.
func (r *redirects) used() bool { return r.n.Load() != 0 }

// redirectKeyOf returns the key of a request that would go to peer; false when the request has nothing that the usage is
// about.
func redirectKeyOf(usage RedirectHostUsage, peer string, k *call) (redirectKey, bool) {
	key := redirectKey{usage: usage, peer: fold(peer)}
	avp := func(code AVPCode) bool {
		a, ok := FindAVP(k.req.AVPs, code, 0)
		key.name = string(a.Data)
		return ok
	}
	switch usage {
	case RedirectHostUsageAllSession:
		return key, avp(263)
	case RedirectHostUsageAllUser:
		return key, avp(1)
	case RedirectHostUsageRealmAndApplication:
		key.name, key.app = fold(k.to.Realm), k.app
		return key, key.name != ""
	case RedirectHostUsageAllRealm:
		key.name = fold(k.to.Realm)
		return key, key.name != ""
	case RedirectHostUsageAllApplication:
		key.app = k.app
		return key, true
	}
	return key, usage == RedirectHostUsageAllHost
}

// find returns where a request that would go to peer goes instead.
func (r *redirects) find(peer string, k *call, now int64) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, usage := range redirectScopes {
		if r.scopes[usage] == 0 {
			continue
		}
		key, ok := redirectKeyOf(usage, peer, k)
		if !ok {
			continue
		}
		if e, ok := r.entries[key]; ok {
			if now < e.until {
				return e.hosts
			}
			r.remove(key)
		}
	}
	return nil
}

func (r *redirects) add(key redirectKey, e redirectEntry, now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entries == nil {
		r.entries = make(map[redirectKey]redirectEntry)
	}
	if _, ok := r.entries[key]; ok {
		r.remove(key)
	}
	if len(r.entries) >= maxRedirectEntries {
		r.makeRoom(now)
	}
	r.entries[key] = e
	r.scopes[key.usage]++
	r.n.Add(1)
}

// makeRoom removes the entries that have ended, or else the one that ends first.
func (r *redirects) makeRoom(now int64) {
	var first redirectKey
	until := int64(0)
	for key, e := range r.entries {
		if e.until <= now {
			r.remove(key)
		} else if until == 0 || e.until < until {
			first, until = key, e.until
		}
	}
	if len(r.entries) >= maxRedirectEntries {
		r.remove(first)
	}
}

// remove removes an entry that is there; mu is held.
func (r *redirects) remove(key redirectKey) {
	delete(r.entries, key)
	r.scopes[key.usage]--
	r.n.Add(-1)
}

// redirect takes notice of the redirect that answers k, and reports whether it leads to peers that were not asked yet,
// which are then next.
func (n *Node) redirect(ctx context.Context, k *call) bool {
	if k.redirects == maxRedirects {
		return false
	}
	var (
		uris  []URI
		usage RedirectHostUsage
		keep  time.Duration
	)
	for b := k.ans.AVPs; len(b) > 0; {
		a, rest, err := NextAVP(b)
		if err != nil {
			break
		}
		b = rest
		switch {
		case a.Vendor != 0:
		case a.Code == 292 && len(uris) < maxRedirectHosts:
			u, err := ParseURI(string(a.Data))
			if err != nil || u.Protocol != "diameter" {
				n.log.Warn("redirect to what is no Diameter node", "peer", k.c.id.Host, "err", err)
			} else if !strings.EqualFold(u.Host, n.self.Host) {
				uris = append(uris, u)
			}
		case a.Code == 261 && len(a.Data) == 4:
			usage = RedirectHostUsage(binary.BigEndian.Uint32(a.Data))
		case a.Code == 262 && len(a.Data) == 4:
			keep = min(time.Duration(binary.BigEndian.Uint32(a.Data))*time.Second, maxRedirectTime)
		}
	}
	// The peer that redirects is not one to go to, nor are those that were asked before.
	s := k.search
	s.add(k.c, true)
	hosts := n.connected(uris, &s)
	if len(hosts) == 0 && n.opts.Redirect != nil {
		hosts = n.connectTo(ctx, k, uris, &s)
	}
	if len(hosts) == 0 {
		return false
	}
	k.redirects++
	k.hosts = hosts
	if key, ok := redirectKeyOf(usage, k.c.id.Host, k); ok && keep > 0 {
		now := n.clock()
		n.redirects.add(key, redirectEntry{hosts, now + int64(keep)}, now)
	}
	return true
}

// connected returns the hosts among uris that are open peers and that s allows.
func (n *Node) connected(uris []URI, s *search) (hosts []string) {
	r := n.routes.Load()
	for _, u := range uris {
		if host := fold(u.Host); r.hosts[host].next(s) != nil {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// connectTo adds the peers that Options.Redirect makes of uris and waits until one of them is open.
func (n *Node) connectTo(ctx context.Context, k *call, uris []URI, s *search) (hosts []string) {
	asked := false
	for _, u := range uris {
		p, ok := n.opts.Redirect(u, k.c.id)
		if !ok {
			continue
		}
		p.Identity.Host = u.Host
		n.mu.Lock()
		known, room := n.byHost[fold(u.Host)] != nil, n.redirected < maxRedirectPeers
		if !known && room {
			n.redirected++
		}
		n.mu.Unlock()
		if !known && !room {
			n.log.Warn("redirect needs one peer too many", "peer", u.Host)
			continue
		}
		if err := n.AddPeer(p); err != nil && !known {
			n.log.Warn("redirect to a peer that cannot be added", "peer", u.Host, "err", err)
			continue
		}
		asked = true
	}
	if !asked {
		return nil
	}
	if k.deadline != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(k.deadline-n.clock()))
		defer cancel()
	}
	for {
		n.mu.Lock()
		changed := n.changed
		n.mu.Unlock()
		if hosts = n.connected(uris, s); len(hosts) > 0 {
			return hosts
		}
		select {
		case <-changed:
		case <-n.dialCtx.Done():
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}
