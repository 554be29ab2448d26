package t8

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"

	"github.com/oapi-codegen/runtime"

	"github.com/scefkit/scefkit/fault"
)

// UEFilter asks for the resources of some UEs only, in the retrieval of a collection; the zero UEFilter asks for all.
type UEFilter struct {
	IPAddrs  []IPAddr // any of these; query parameter ip-addrs
	IPDomain string   // where the IPv4 addresses belong; query parameter ip-domain
	MACAddrs []string // any of these, as 00-11-22-aa-bb-cc; query parameter mac-addrs
}

// parseUEFilter reads the query of a request.
func parseUEFilter(u *url.URL) (f UEFilter, err error) {
	q := u.Query()
	if q.Has("ip-addrs") && (json.Unmarshal([]byte(q.Get("ip-addrs")), &f.IPAddrs) != nil || len(f.IPAddrs) == 0) {
		return f, badQuery("ip-addrs", "must be a JSON array of addresses")
	}
	for i := range f.IPAddrs {
		if e := check(reflect.ValueOf(&f.IPAddrs[i]).Elem(), nil); e != nil {
			return f, badQuery("ip-addrs", "element "+strconv.Itoa(i)+" "+e.Params[0].Reason)
		}
	}
	if err := runtime.BindRawQueryParameter("form", true, false, "ip-domain", u.RawQuery, &f.IPDomain); err != nil {
		return f, badQuery("ip-domain", "must be one text")
	}
	f.MACAddrs = q["mac-addrs"]
	for _, m := range f.MACAddrs {
		if err := patterns["mac"](m); err != nil {
			return f, badQuery("mac-addrs", err.Error())
		}
	}
	return f, nil
}

// addTo returns the URI with the filter as its query.
func (f UEFilter) addTo(uri string) (string, error) {
	q := url.Values{}
	if len(f.IPAddrs) > 0 {
		b, err := marshal(f.IPAddrs)
		if err != nil {
			return "", err
		}
		q.Set("ip-addrs", string(b))
	}
	if len(f.MACAddrs) > 0 {
		q["mac-addrs"] = f.MACAddrs
	}
	if f.IPDomain != "" {
		q.Set("ip-domain", f.IPDomain)
	}
	if len(q) == 0 {
		return uri, nil
	}
	return uri + "?" + q.Encode(), nil
}

func badQuery(name, reason string) error {
	e := fault.New("", fault.InvalidParameter, "")
	e.Params = []fault.Param{{Param: name, Reason: reason}}
	return e
}
