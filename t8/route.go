package t8

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

// A route is one operation of an API. The functions of this file make those of the usual kinds.
type route struct {
	method    string
	pattern   string // below the base of the API; {scsAsId} is the SCS/AS, other variables go to call.vars
	operation string // operationId
	accepts   []string
	do        func(c *call) (reply, error)

	collection bool // several resources are asked for; they have no ETag

	body    reflect.Type         // of the request, nil when it has none
	answer  reflect.Type         // of the body of a success, nil when it has none
	status  []int                // of a success
	reports map[int]reflect.Type // what failures with that status may be told in, see ReportError
	query   []queryParam
	others  map[int][]reflect.Type // bodies of a success whose status has another one than answer: one of these
	event   *event                 // what is sent to the notification destination of the created resource
}

// queryParam is a parameter of the query.
type queryParam struct {
	name string
	typ  reflect.Type
	json bool // the value is JSON; else it has style form
}

// event is a callback of an operation.
type event struct {
	name   string         // of the callback
	bodies []reflect.Type // one of these
	member string         // of the request, that holds the destination; empty: notificationDestination
	next   *event         // another callback of the operation
}

// reporting says that failures with the given statuses may be told in a body of type T.
func reporting[T any](r route, statuses ...int) route {
	r.reports = make(map[int]reflect.Type, len(statuses))
	for _, s := range statuses {
		r.reports[s] = reflect.TypeFor[T]()
	}
	return r
}

// notifying says that the created resource causes notifications of the given types.
func notifying(r route, name string, bodies ...reflect.Type) route {
	r.event = &event{name: name, bodies: bodies, next: r.event}
	return r
}

// notifyingAt is notifying with another member for the destination than notificationDestination.
func notifyingAt(r route, member, name string, bodies ...reflect.Type) route {
	r.event = &event{name: name, bodies: bodies, member: member, next: r.event}
	return r
}

// Media types that a route accepts.
var (
	plainJSON    = []string{typeJSON}
	mergePatch   = []string{typeMerge}
	plainOrMerge = []string{typeMerge, typeJSON}
)

// A call is one request on its way.
type call struct {
	ctx   context.Context
	scsas id.SCSASID
	vars  [3]string // variable path segments after scsAsId, decoded
	url   *url.URL
	// allowUE, if not nil, says whether the SCS/AS may name a UE.
	allowUE func(policy.UE) error
	body    []byte
	after   []func()

	rt        *route    // what is carried out
	condition Condition // of the request
	get       *route    // how the resource is retrieved; set when there is a condition
}

// A reply is what a route answers.
type reply struct {
	status   int
	body     any // nil: none
	location string
}

// getList is the retrieval of a collection.
func getList[T any](pattern, operation string, f func(c *call) ([]T, error)) route {
	return route{
		method: "GET", pattern: pattern, operation: operation, answer: reflect.TypeFor[[]T](), status: []int{200}, collection: true,
		do: func(c *call) (reply, error) { return list(f(c)) },
	}
}

// getOne is the retrieval of a resource.
func getOne[T any](pattern, operation string, f func(c *call) (*T, error)) route {
	return route{
		method: "GET", pattern: pattern, operation: operation, answer: reflect.TypeFor[T](), status: []int{200},
		do: func(c *call) (reply, error) { return one(f(c)) },
	}
}

// postNew is the creation of a resource: 201 with Location. self returns its URI.
func postNew[B, T any](pattern, operation string, self func(*T) string, f func(c *call, b *B) (*T, error)) route {
	return route{
		method: "POST", pattern: pattern, operation: operation, accepts: plainJSON,
		body: reflect.TypeFor[B](), answer: reflect.TypeFor[T](), status: []int{201},
		do: func(c *call) (reply, error) {
			return withBody(c, func(b *B) (reply, error) {
				r, err := f(c, b)
				return created(r, err, func() string { return self(r) })
			})
		},
	}
}

// post is an operation that answers 200 with a body.
func post[B, T any](pattern, operation string, f func(c *call, b *B) (*T, error)) route {
	return route{
		method: "POST", pattern: pattern, operation: operation, accepts: plainJSON,
		body: reflect.TypeFor[B](), answer: reflect.TypeFor[T](), status: []int{200},
		do: func(c *call) (reply, error) {
			return withBody(c, func(b *B) (reply, error) { return one(f(c, b)) })
		},
	}
}

// put is the replacement of a resource: 200 with the new one, or 204 when f returns nil.
func put[B, T any](pattern, operation string, f func(c *call, b *B) (*T, error)) route {
	return changing("PUT", pattern, operation, plainJSON, f)
}

// patch is the change of a resource: 200 with the new one, or 204 when f returns nil. accepts are the media types of the
// patch, the first of which the Client sends.
func patch[B, T any](pattern, operation string, accepts []string, f func(c *call, b *B) (*T, error)) route {
	return changing("PATCH", pattern, operation, accepts, f)
}

func changing[B, T any](method, pattern, operation string, accepts []string, f func(c *call, b *B) (*T, error)) route {
	return route{
		method: method, pattern: pattern, operation: operation, accepts: accepts,
		body: reflect.TypeFor[B](), answer: reflect.TypeFor[T](), status: []int{200, 204},
		do: func(c *call) (reply, error) {
			return withBody(c, func(b *B) (reply, error) { return oneOrNone(f(c, b)) })
		},
	}
}

// remove is the deletion of a resource: 204.
func remove(pattern, operation string, f func(c *call) error) route {
	return route{
		method: "DELETE", pattern: pattern, operation: operation, status: []int{204},
		do: func(c *call) (reply, error) { return none(f(c)) },
	}
}

// removeTelling is the deletion of a resource that may answer with a last report: 204 when f returns nil, else 200.
func removeTelling[T any](pattern, operation string, f func(c *call) (*T, error)) route {
	return route{
		method: "DELETE", pattern: pattern, operation: operation, answer: reflect.TypeFor[T](), status: []int{204, 200},
		do: func(c *call) (reply, error) { return oneOrNone(f(c)) },
	}
}

func one[T any](v *T, err error) (reply, error) {
	if err == nil && v == nil {
		err = errors.New("neither a result nor an error")
	}
	return reply{status: http.StatusOK, body: v}, err
}

func oneOrNone[T any](v *T, err error) (reply, error) {
	if v == nil {
		return none(err)
	}
	return one(v, err)
}

func none(err error) (reply, error) { return reply{status: http.StatusNoContent}, err }

func list[T any](v []T, err error) (reply, error) {
	if v == nil {
		v = []T{}
	}
	return reply{status: http.StatusOK, body: v}, err
}

func created[T any](v *T, err error, self func() string) (reply, error) {
	if err != nil || v == nil {
		return one(v, err)
	}
	return reply{status: http.StatusCreated, body: v, location: self()}, nil
}

// withBody decodes and checks the body of c, compares the condition, and goes on with f.
func withBody[T any](c *call, f func(*T) (reply, error)) (reply, error) {
	b := new(T)
	if err := decodeBody(c.body, b, modeRequest); err != nil {
		return reply{}, err
	}
	if c.allowUE != nil {
		if err := eachUE(reflect.ValueOf(b).Elem(), planOf(reflect.TypeFor[T]()), c.allowUE); err != nil {
			return reply{}, err
		}
	}
	if err := c.precheck(); err != nil {
		return reply{}, err
	}
	return f(b)
}

// ueFilter are the parameters of [UEFilter].
var ueFilter = []queryParam{
	{"ip-addrs", reflect.TypeFor[[]IPAddr](), true},
	{"ip-domain", reflect.TypeFor[string](), false},
	{"mac-addrs", reflect.TypeFor[[]string](), false},
}

// asking says which parameters the query of an operation may have.
func asking(r route, q ...queryParam) route {
	r.query = q
	return r
}
