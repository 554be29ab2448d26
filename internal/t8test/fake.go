package t8test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// SCSAS is who may use the stand-ins, with this token.
const (
	SCSAS = id.SCSASID("as1")
	Token = "token-of-the-tests"
)

// APIs returns every API in front of a stand-in that keeps what it is given. root is the API root of the URIs that it gives
// to resources.
func APIs(root string) []t8.API {
	return []t8.API{
		t8.NIDDAPI(newNIDD(root)),
		t8.MonitoringEventAPI(newMonitoring(root)),
		t8.DeviceTriggeringAPI(newTriggering(root)),
		t8.BDTAPI(newBDT(root)),
		t8.ASSessionWithQoSAPI(newQoS(root)),
		t8.ChargeablePartyAPI(newChargeable(root)),
		t8.CPProvisioningAPI(newCP(root)),
		t8.NetworkStatusAPI(newStatus(root)),
		t8.NPConfigurationAPI(newNP(root)),
		t8.PFDManagementAPI(newPFD(root)),
		t8.ECRControlAPI(ecr{}),
		t8.GMDViaMBMSByMB2API(newMB2(root)),
		t8.GMDViaMBMSByXMBAPI(newXMB(root)),
		t8.RACSParameterProvisioningAPI(newRACS(root)),
	}
}

// Serve serves the APIs on a port of the loopback interface until stop is called. root may differ from where it listens,
// for a proxy in front; empty: it does not. The operations that were answered with a success go to done, as "3gpp-nidd FetchAllNIDDConfigurations".
func Serve(root string, done func(operation string)) (address string, stop func() error, err error) {
	auth, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: SCSAS, Tokens: []string{Token}}}})
	if err != nil {
		return "", nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address = "http://" + l.Addr().String()
	if root == "" {
		root = address
	}
	trace := &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) {
		if x.Status/100 == 2 {
			done(x.API + " " + x.Operation)
		}
	}}
	h, err := t8.NewHandler(auth, &t8.HandlerOptions{Authorizer: auth, Trace: trace}, APIs(root)...)
	if err != nil {
		return "", nil, errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/", h)
	mux.Handle("/3gpp-msisdn-less-mo-sms/v1/", t8.NewMOSMSHandler(moSMS{}, &t8.CallbackOptions{Trace: trace})) // of an SCS/AS
	s := t8.NewServer("", mux, nil)
	go func() { _ = s.Serve(l) }()
	return address, s.Close, nil
}

// Client returns a client of SCSAS for the API root.
func Client(root string, hc *http.Client) (*t8.Client, error) {
	return t8.NewClient(root, &t8.ClientOptions{HTTP: hc, Token: func(context.Context) (string, error) { return Token, nil }})
}

// table keeps resources of one type by their URI.
type table[T any] struct {
	base string // URI up to the SCS/AS, as "http://127.0.0.1:1/3gpp-nidd/v1/"
	self func(*T) *string
	mu   sync.Mutex
	uris []string // guarded by mu
	all  []T      // guarded by mu, in the order of uris
	next int      // guarded by mu
}

func newTable[T any](root, api string, self func(*T) *string) *table[T] {
	return &table[T]{base: root + "/" + api + "/v1/", self: self}
}

// uri is that of a resource or collection of s.
func (t *table[T]) uri(s id.SCSASID, path ...string) string {
	u := t.base + url.PathEscape(string(s))
	for _, p := range path {
		u += "/" + url.PathEscape(p)
	}
	return u
}

// create keeps v below the collection with that URI.
func (t *table[T]) create(collection string, v *T) (*T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	return t.keep(collection+"/"+strconv.Itoa(t.next), *v), nil
}

// put keeps v at a URI.
func (t *table[T]) put(uri string, v *T) (*T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.keep(uri, *v), nil
}

func (t *table[T]) keep(uri string, v T) *T {
	*t.self(&v) = uri
	if i := slices.Index(t.uris, uri); i >= 0 {
		t.all[i] = v
	} else {
		t.uris, t.all = append(t.uris, uri), append(t.all, v)
	}
	return &v
}

func (t *table[T]) list(collection string) ([]T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []T
	for i, u := range t.uris {
		if strings.HasPrefix(u, collection+"/") {
			found = append(found, t.all[i])
		}
	}
	return found, nil
}

var errNone = fault.New("t8test", fault.NotFound, "no such resource")

// change applies f, which may be nil, and returns the resource.
func (t *table[T]) change(uri string, f func(*T) error) (*T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.uris, uri)
	if i < 0 {
		return nil, errNone
	}
	v := t.all[i]
	if f != nil {
		if err := f(&v); err != nil {
			return nil, err
		}
		t.all[i] = v
	}
	return &v, nil
}

func (t *table[T]) get(uri string) (*T, error) { return t.change(uri, nil) }

// replace puts v in the place of a resource that is there.
func (t *table[T]) replace(uri string, v *T) (*T, error) {
	return t.change(uri, func(to *T) error {
		*to = *v
		*t.self(to) = uri
		return nil
	})
}

func (t *table[T]) remove(uri string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.uris, uri)
	if i < 0 {
		return errNone
	}
	t.uris, t.all = slices.Delete(t.uris, i, i+1), slices.Delete(t.all, i, i+1)
	return nil
}
