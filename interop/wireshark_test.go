package interop

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen"
	"github.com/scefkit/scefkit/sim/pcap"
)

// field is a node of what tshark prints as PDML.
type field struct {
	Name   string  `xml:"name,attr"`
	Show   string  `xml:"show,attr"`
	Label  string  `xml:"showname,attr"`
	Value  string  `xml:"value,attr"`
	Fields []field `xml:"field"`
}

// find returns the fields of that name among f and all below.
func (f *field) find(name string) (found []*field) {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			found = append(found, &f.Fields[i])
			continue
		}
		found = append(found, f.Fields[i].find(name)...)
	}
	return found
}

type pdml struct {
	Packets []struct {
		Protocols []field `xml:"proto"`
	} `xml:"packet"`
}

// newer lists the AVPs of 3GPP that the dictionary of Wireshark 4.0 lacks.
var newer = []uint32{
	549, 565, 566, 567, 568, 569, 570, 572, 578, 582, 2207, 2843, 3012, 3184, 3185, 3186, 3187, 3188, 3189, 3518, 3519, 3525, 3526, 3529,
	3532, 3533, 4003, 4101, 4102, 4201, 4202, 4203, 4204, 4207, 4208, 4209, 4211, 4213, 4215, 4326,
}

// types reads the dictionaries: the AVPs by code and vendor, for each package that has commands.
func types(t *testing.T) map[string]map[[2]uint32]*diagen.AVP {
	known := map[string]map[[2]uint32]*diagen.AVP{}
	var files []*diagen.File
	for i, d := range dictionaries {
		path := "../" + d + ".dia"
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		f, err := diagen.Parse(path, src)
		require.NoError(t, err)
		require.NoError(t, diagen.Resolve(f, files))
		avps := map[[2]uint32]*diagen.AVP{}
		for _, f := range append(files, f) {
			for _, a := range f.AVPs {
				avps[[2]uint32{a.Code, a.Vendor}] = a
			}
		}
		known[filepath.Base(d)] = avps
		if i < 2 { // the others inherit these, and not each other
			files = append(files, f)
		}
	}
	return known
}

// reader compares what tshark shows of one command with its octets.
type reader struct {
	avps  map[[2]uint32]*diagen.AVP
	wrong []string
}

func (r *reader) failf(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// list compares the AVPs in b with those that are shown.
func (r *reader) list(where string, b []byte, shown []*field) {
	for len(b) > 0 {
		a, rest, err := diameter.NextAVP(b)
		if err != nil {
			r.failf("%s: %v", where, err)
			return
		}
		b = rest
		if len(shown) == 0 {
			r.failf("%s: AVP %d is not shown", where, a.Code)
			return
		}
		r.one(where, a, shown[0])
		shown = shown[1:]
	}
	if len(shown) > 0 {
		r.failf("%s: %s is shown, but not there", where, shown[0].Label)
	}
}

func (r *reader) one(where string, a diameter.AVP, f *field) {
	known := r.avps[[2]uint32{uint32(a.Code), uint32(a.Vendor)}]
	if known == nil {
		r.failf("%s: AVP %d of vendor %d is in no dictionary of ours", where, a.Code, a.Vendor)
		return
	}
	where += "/" + known.Name
	vendor := ""
	if v := f.find("diameter.avp.vendorId"); a.Vendor != 0 && len(v) > 0 {
		vendor = v[0].Show
	}
	if code := f.find("diameter.avp.code")[0].Show; code != strconv.Itoa(int(a.Code)) || a.Vendor != 0 && vendor != strconv.Itoa(int(a.Vendor)) {
		r.failf("%s: shown as AVP %s of vendor %q", where, code, vendor)
		return
	}
	label, _, _ := strings.Cut(strings.TrimPrefix(f.Label, "AVP: "), "(")
	if label == "Unknown" {
		if !slices.Contains(newer, uint32(a.Code)) {
			r.failf("%s: unknown to Wireshark", where)
		}
		return
	}
	if want := cmp.Or(names[known.Name], known.Name); !strings.EqualFold(label, want) {
		r.failf("%s: Wireshark calls it %s", where, label)
	}
	if known.Type == "Grouped" {
		r.list(where, a.Data, f.find("diameter.avp"))
		return
	}
	value := f.find("diameter." + label)
	if len(value) == 0 {
		if len(a.Data) > 0 {
			r.failf("%s: no value is shown", where)
		}
		return
	}
	if v := value[0]; v.Value != hex.EncodeToString(a.Data) && !(v.Value == "" && len(a.Data) == 0) {
		r.failf("%s: value %s is shown for %x", where, v.Value, a.Data)
	} else if want := show(known.Type, a.Data); len(want) > 0 && !slices.Contains(want, v.Show) {
		r.failf("%s: %q is shown for %s %q", where, v.Show, known.Type, want)
	}
}

// show tells how tshark may print a value; nothing where the octets say enough.
func show(kind string, b []byte) []string {
	switch kind {
	case "UTF8String", "DiameterIdentity", "DiameterURI", "IPFilterRule":
		return []string{string(b)}
	case "Unsigned32", "Integer32", "Enumerated": // Wireshark takes some numbers for enumerations, which are signed
		n := binary.BigEndian.Uint32(b)
		return []string{strconv.FormatUint(uint64(n), 10), strconv.Itoa(int(int32(n)))}
	case "Unsigned64":
		return []string{strconv.FormatUint(binary.BigEndian.Uint64(b), 10)}
	case "Time":
		seconds := int64(binary.BigEndian.Uint32(b)) - 2208988800 // since 1970, in the era that ends in 2036
		if seconds < -61505152 {
			seconds += 1 << 32
		}
		return []string{time.Unix(seconds, 0).UTC().Format("Jan _2, 2006 15:04:05.000000000 MST")}
	case "Float32":
		return []string{strconv.FormatFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 'g', -1, 32)}
	}
	return nil
}

// names gives the AVPs that Wireshark 4.0 calls otherwise.
var names = map[string]string{
	"Group-Report": "Group-Monitoring-Event-Report", "Group-Report-Item": "Group-Monitoring-Event-Report-Item",
	"Service-ID": "S6-Service-ID", "TWAN-Identifier": "3GPP-TWAN-Identifier",
}

// TestWireshark has tshark, which knows nothing of this module, read every command of every reference point with random
// values in all its AVPs: it finds nothing malformed, knows all but the newest AVPs, and reads the values that were meant.
func TestWireshark(t *testing.T) {
	need(t, "tshark")
	r := rand.New(rand.NewPCG(1, 2))
	var commands []diameter.Command
	var frames [][]byte
	for _, x := range exchanges() {
		for _, c := range []diameter.Command{x.req, x.ans} {
			for range 4 {
				c := fresh(c)
				fill(r, c)
				plain(reflect.ValueOf(c).Elem())
				code, app, flags := c.Header()
				avps, err := c.AppendAVPs(nil)
				require.NoError(t, err)
				m := diameter.Message{Flags: flags, Command: code, App: app, HopByHop: 1, EndToEnd: 2, AVPs: avps}
				commands, frames = append(commands, c), append(frames, m.Append(nil))
			}
		}
	}
	var file bytes.Buffer
	w := pcap.NewWriter(&file)
	for i, m := range frames {
		w.PDU(time.Unix(int64(i), 0), "diameter", m)
	}
	require.NoError(t, w.Flush())
	path := filepath.Join(t.TempDir(), "commands.pcapng")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
	cmd := exec.CommandContext(t.Context(), "tshark", "-r", path, "-T", "pdml")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	require.NoError(t, err)
	var p pdml
	require.NoError(t, xml.Unmarshal(out, &p))
	require.Len(t, p.Packets, len(frames))
	known := types(t)
	for i, c := range commands {
		pkg, _, _ := strings.Cut(name(c), ".")
		read := &reader{avps: known[pkg]}
		found := false
		for _, proto := range p.Packets[i].Protocols {
			switch proto.Name {
			case "diameter":
				found = true
				var shown []*field
				for j := range proto.Fields {
					if proto.Fields[j].Name == "diameter.avp" {
						shown = append(shown, &proto.Fields[j])
					}
				}
				read.list(name(c), frames[i][diameter.HeaderLen:], shown)
				for _, bad := range proto.find("_ws.malformed") {
					read.failf("malformed: %s", bad.Label)
				}
			case "_ws.malformed", "fake-field-wrapper":
				read.failf("%s: malformed", name(c))
			}
		}
		require.True(t, found, name(c))
		for _, w := range read.wrong {
			t.Error(w)
		}
	}
}

// plain makes what Wireshark would only wonder at: no AVPs that nobody knows, and octets that have the form of their AVP.
func plain(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f, n := v.Field(i), v.Type().Field(i).Name
			switch n {
			case "Extra":
				f.SetZero()
				continue
			case "FailedAVP":
				f.SetBytes(diameter.AVP{Code: 263, Flags: diameter.AVPMandatory, Data: []byte("a;1;2")}.Append(nil))
				continue
			}
			if f.CanSet() {
				shape(n, f)
				plain(f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			plain(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			plain(v.Elem())
		}
	}
}

// shaped gives octets the form that their AVP has, by the name of the field.
var shaped = map[string]string{
	"MSISDN": "5155210300f2", "SCSIdentity": "5155210300f2", "VisitedPLMNID": "00f110", "GroupPLMNID": "00f110", "EUTRANCellGlobalIdentity": "00f11000000101",
	"TrackingAreaIdentity": "00f1100001", "CellGlobalIdentity": "00f11000010002", "ServiceAreaIdentity": "00f11000010002", "RoutingAreaIdentity": "00f110000101",
	"ENodeBID": "00f11000", "TMGI": "00000100f110", "MBMSServiceArea": "000001", "MBMSSessionDuration": "000e10",
}

func shape(n string, f reflect.Value) {
	digits, ok := shaped[n]
	if !ok {
		return
	}
	b, _ := hex.DecodeString(digits)
	switch f.Type() {
	case reflect.TypeFor[[]byte]():
		if f.Len() > 0 || !f.IsNil() {
			f.SetBytes(b)
		}
	case reflect.TypeFor[[][]byte]():
		for i := range f.Len() {
			f.Index(i).SetBytes(b)
		}
	}
}
