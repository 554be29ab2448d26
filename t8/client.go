package t8

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ClientOptions holds what is optional for a Client.
type ClientOptions struct {
	// HTTP sends the requests; it brings TLS and timeouts. The default is a client with a timeout of 30 s. Its
	// CheckRedirect is replaced.
	HTTP *http.Client
	// Token returns the bearer token for a request; the default sends none.
	Token func(ctx context.Context) (string, error)
	// MaxBody is the longest answer in octets that is read; the default is 1 MiB.
	MaxBody int64
	// Trace observes requests and answers.
	Trace *Trace
}

// A Client calls T8 APIs of an SCEF on behalf of an SCS/AS. Several Clients may talk to several SCEFs. Each call is one
// request; nothing is repeated. Redirections of TS 29.122 §5.2.10 (307, 308) are followed except for the creation of a
// configuration; the token goes along only to the same host, or to one below its name.
type Client struct {
	root    string
	http    http.Client
	token   func(ctx context.Context) (string, error)
	maxBody int64
	trace   *Trace
}

// NewClient returns a Client for the SCEF at apiRoot, as "https://scef.example.com". opts may be nil.
func NewClient(apiRoot string, opts *ClientOptions) (*Client, error) {
	if opts == nil {
		opts = &ClientOptions{}
	}
	u, err := url.Parse(apiRoot)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("t8: the API root is not an absolute http or https URI")
	}
	if opts.MaxBody < 0 {
		return nil, errors.New("t8: negative MaxBody")
	}
	c := &Client{root: strings.TrimSuffix(apiRoot, "/"), token: opts.Token, maxBody: opts.MaxBody, trace: opts.Trace}
	if opts.HTTP != nil {
		c.http = *opts.HTTP
	} else {
		c.http.Timeout = 30 * time.Second
	}
	c.http.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		status := r.Response.StatusCode
		if status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect || len(via) > 5 ||
			r.Context().Value(createKey{}) != nil || via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	if c.maxBody == 0 {
		c.maxBody = 1 << 20
	}
	return c, nil
}

// NIDD returns the API for non-IP data delivery.
func (c *Client) NIDD() NIDD { return niddClient{c} }

// createKey marks the context of a request that creates a resource.
type createKey struct{}

// request is one call.
type request struct {
	api, operation string
	scsas          id.SCSASID
	method, uri    string
	media          string // of the body
	body           any    // nil: none
	create         bool
}

// do sends a request and decodes the answer into out, when there is one. It returns status and Location, absolute.
func (c *Client) do(ctx context.Context, q request, out any) (status int, location string, err error) {
	op := "t8." + q.operation
	x := &Exchange{API: q.api, Operation: q.operation, SCSAS: q.scsas, Method: q.method, URI: q.uri, Begin: time.Now()}
	if q.body != nil {
		if x.Request, err = marshal(q.body); err != nil {
			return 0, "", fault.Wrap(op, fault.InvalidParameter, err)
		}
	}
	if q.create {
		ctx = context.WithValue(ctx, createKey{}, true)
	}
	r, err := http.NewRequestWithContext(ctx, q.method, q.uri, bytes.NewReader(x.Request))
	if err != nil {
		return 0, "", fault.Wrap(op, fault.InvalidParameter, err)
	}
	if q.body != nil {
		r.Header.Set("Content-Type", q.media)
	}
	r.Header.Set("Accept", typeJSON+", "+typeProblem)
	if c.token != nil {
		t, err := c.token(ctx)
		if err != nil {
			return 0, "", fault.Wrap(op, fault.Unauthenticated, err)
		}
		r.Header.Set("Authorization", "Bearer "+t)
	}
	c.trace.request(ctx, x)
	defer func() { x.Err = err; c.trace.answer(ctx, x) }()
	res, err := c.http.Do(r)
	if err != nil {
		return 0, "", transportFault(op, err)
	}
	defer func() { _ = res.Body.Close() }()
	x.Status, x.AnswerType, x.Location = res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Location")
	x.Answer, err = io.ReadAll(io.LimitReader(res.Body, c.maxBody+1))
	switch {
	case err != nil:
		return 0, "", transportFault(op, err)
	case int64(len(x.Answer)) > c.maxBody:
		return 0, "", &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: errors.New("the answer is too long")}
	case res.StatusCode/100 != 2:
		return res.StatusCode, "", remoteFault(op, res.StatusCode, res.Header, x.Answer)
	}
	if out != nil && len(x.Answer) > 0 {
		if e := decodeBody(x.Answer, out, modeAnswer); e != nil {
			return 0, "", &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: e}
		}
	}
	if x.Location != "" {
		if u, err := res.Request.URL.Parse(x.Location); err == nil {
			location = u.String()
		}
	}
	return res.StatusCode, location, nil
}

// transportFault is the error for a request that got no answer.
func transportFault(op string, err error) *fault.Error {
	code := fault.Unavailable
	var t interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout() {
		code = fault.Timeout
	}
	return fault.Wrap(op, code, err)
}

// niddClient is NIDD over HTTP.
type niddClient struct{ c *Client }

var _ NIDD = niddClient{}

func isURI(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

func (n niddClient) config(scsas id.SCSASID, configID string) string {
	if isURI(configID) {
		return configID
	}
	return NIDDConfigurationURI(n.c.root, scsas, configID)
}

func (n niddClient) below(scsas id.SCSASID, configID, collection, ident string) string {
	if isURI(ident) {
		return ident
	}
	return n.config(scsas, configID) + collection + "/" + url.PathEscape(ident)
}

// call sends q and returns the resource of the answer, nil when there is none.
func niddCall[T any](ctx context.Context, n niddClient, scsas id.SCSASID, method, operation, uri, media string, body any, create bool) (*T, int, string, error) {
	q := request{"3gpp-nidd", operation, scsas, method, uri, media, body, create}
	var out T
	status, location, err := n.c.do(ctx, q, &out)
	if err != nil {
		return nil, status, "", err
	}
	if reflect.ValueOf(&out).Elem().IsZero() {
		return nil, status, location, nil
	}
	return &out, status, location, nil
}

// must is the answer of an operation that has a body.
func must[T any](operation string, v *T, err error) (*T, error) {
	if err == nil && v == nil {
		err = &fault.Error{Op: "t8." + operation, Code: fault.Internal, Remote: true, Err: errors.New("the answer has no body")}
	}
	return v, err
}

func all[T any](v *[]T, err error) ([]T, error) {
	if v == nil {
		return nil, err
	}
	return *v, err
}

func (n niddClient) Configurations(ctx context.Context, scsas id.SCSASID) ([]NIDDConfiguration, error) {
	v, _, _, err := niddCall[[]NIDDConfiguration](ctx, n, scsas, "GET", "FetchAllNIDDConfigurations", NIDDConfigurationsURI(n.c.root, scsas), "", nil, false)
	return all(v, err)
}

func (n niddClient) CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *NIDDConfiguration) (*NIDDConfiguration, error) {
	const op = "CreateNIDDConfiguration"
	v, _, location, err := niddCall[NIDDConfiguration](ctx, n, scsas, "POST", op, NIDDConfigurationsURI(n.c.root, scsas), typeJSON, cfg, true)
	if err == nil && v == nil && location != "" {
		v = &NIDDConfiguration{}
	}
	if v != nil && location != "" {
		v.Self = location // what later requests are for (TS 29.122 §4.4.5.2.1)
	}
	return must(op, v, err)
}

func (n niddClient) Configuration(ctx context.Context, scsas id.SCSASID, configID string) (*NIDDConfiguration, error) {
	const op = "FetchIndNIDDConfiguration"
	v, _, _, err := niddCall[NIDDConfiguration](ctx, n, scsas, "GET", op, n.config(scsas, configID), "", nil, false)
	return must(op, v, err)
}

func (n niddClient) ModifyConfiguration(ctx context.Context, scsas id.SCSASID, configID string, patch *NIDDConfigurationPatch) (*NIDDConfiguration, error) {
	v, _, _, err := niddCall[NIDDConfiguration](ctx, n, scsas, "PATCH", "ModifyNIDDConfiguration", n.config(scsas, configID), typeMerge, patch, false)
	return v, err
}

func (n niddClient) DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) error {
	_, _, err := n.c.do(ctx, request{"3gpp-nidd", "DeleteNIDDConfiguration", scsas, "DELETE", n.config(scsas, configID), "", nil, false}, nil)
	return err
}

func (n niddClient) Deliveries(ctx context.Context, scsas id.SCSASID, configID string) ([]NIDDDownlinkDataTransfer, error) {
	v, _, _, err := niddCall[[]NIDDDownlinkDataTransfer](ctx, n, scsas, "GET", "FetchAllDownlinkDataDeliveries", n.config(scsas, configID)+niddDeliveries, "", nil, false)
	return all(v, err)
}

func (n niddClient) CreateDelivery(ctx context.Context, scsas id.SCSASID, configID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
	const op = "CreateDownlinkDataDelivery"
	v, status, location, err := niddCall[NIDDDownlinkDataTransfer](ctx, n, scsas, "POST", op, n.config(scsas, configID)+niddDeliveries, typeJSON, data, false)
	if err != nil {
		return nil, err
	}
	if v == nil {
		v = &NIDDDownlinkDataTransfer{}
	}
	if status == http.StatusCreated && location != "" {
		v.Self = location
	}
	return v, nil
}

func (n niddClient) Delivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) (*NIDDDownlinkDataTransfer, error) {
	const op = "FetchIndDownlinkDataDelivery"
	v, _, _, err := niddCall[NIDDDownlinkDataTransfer](ctx, n, scsas, "GET", op, n.below(scsas, configID, niddDeliveries, deliveryID), "", nil, false)
	return must(op, v, err)
}

func (n niddClient) ReplaceDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
	v, _, _, err := niddCall[NIDDDownlinkDataTransfer](ctx, n, scsas, "PUT", "UpdateIndDownlinkDataDelivery", n.below(scsas, configID, niddDeliveries, deliveryID), typeJSON, data, false)
	return v, err
}

// ModifyDelivery sends application/json, which is what the Rel-18 API description declares for this operation.
func (n niddClient) ModifyDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, patch *NIDDDownlinkDataTransferPatch) (*NIDDDownlinkDataTransfer, error) {
	v, _, _, err := niddCall[NIDDDownlinkDataTransfer](ctx, n, scsas, "PATCH", "ModifyIndDownlinkDataDelivery", n.below(scsas, configID, niddDeliveries, deliveryID), typeJSON, patch, false)
	return v, err
}

func (n niddClient) CancelDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) error {
	_, _, err := n.c.do(ctx, request{"3gpp-nidd", "DeleteIndDownlinkDataDelivery", scsas, "DELETE", n.below(scsas, configID, niddDeliveries, deliveryID), "", nil, false}, nil)
	return err
}

func (n niddClient) Ports(ctx context.Context, scsas id.SCSASID, configID string) ([]ManagePort, error) {
	v, _, _, err := niddCall[[]ManagePort](ctx, n, scsas, "GET", "FetchAllManagePortConfigurations", n.config(scsas, configID)+niddPorts, "", nil, false)
	return all(v, err)
}

func (n niddClient) Port(ctx context.Context, scsas id.SCSASID, configID, portID string) (*ManagePort, error) {
	const op = "FetchIndManagePortConfiguration"
	v, _, _, err := niddCall[ManagePort](ctx, n, scsas, "GET", op, n.below(scsas, configID, niddPorts, portID), "", nil, false)
	return must(op, v, err)
}

func (n niddClient) ReservePort(ctx context.Context, scsas id.SCSASID, configID, portID string, port *ManagePort) (*ManagePort, error) {
	v, status, location, err := niddCall[ManagePort](ctx, n, scsas, "PUT", "UpdateIndManagePortConfiguration", n.below(scsas, configID, niddPorts, portID), typeJSON, port, false)
	if err != nil || status == http.StatusAccepted {
		return nil, err
	}
	if v == nil {
		v = &ManagePort{}
	}
	if location != "" {
		v.Self = location
	}
	return v, nil
}

func (n niddClient) ReleasePort(ctx context.Context, scsas id.SCSASID, configID, portID string) (bool, error) {
	status, _, err := n.c.do(ctx, request{"3gpp-nidd", "DeleteIndManagePortConfiguration", scsas, "DELETE", n.below(scsas, configID, niddPorts, portID), "", nil, false}, nil)
	return err == nil && status != http.StatusAccepted, err
}
