package sim_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim"
)

// element is one of a page.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Elements []element  `xml:",any"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *element) number(t *testing.T, name string) float64 {
	n, err := strconv.ParseFloat(e.attr(name), 64)
	require.NoError(t, err)
	return n
}

// all returns the elements of that name at or below e.
func (e *element) all(name string) (out []*element) {
	if e.XMLName.Local == name {
		out = append(out, e)
	}
	for i := range e.Elements {
		out = append(out, e.Elements[i].all(name)...)
	}
	return out
}

// parse reads a page, which is XML as well, and checks what holds for every page: it needs and runs nothing, each message
// leads to its text, nothing stands outside the picture, and no text covers another.
func parse(t *testing.T, page string) *element {
	t.Helper()
	var root element
	require.NoError(t, xml.Unmarshal([]byte(page), &root))
	for _, s := range []string{"script", "src", "url(", "@import", "onclick", "<link", "<iframe", "<object"} {
		head, _, _ := strings.Cut(page, "<body>")
		require.NotContains(t, head, s)
	}
	for _, name := range []string{"script", "link", "iframe", "object", "img", "image", "use", "style"} {
		require.Len(t, root.all(name), map[string]int{"style": 1}[name], name)
	}
	sections := map[string]bool{}
	for _, s := range root.all("section") {
		require.False(t, sections[s.attr("id")])
		sections[s.attr("id")] = true
	}
	links := root.all("a")
	require.Len(t, links, len(sections))
	for _, a := range links {
		require.True(t, sections[strings.TrimPrefix(a.attr("href"), "#")])
		require.NotEmpty(t, a.attr("aria-label"))
	}
	for _, svg := range root.all("svg") {
		place(t, svg)
	}
	return &root
}

// box is where a text stands.
type box struct {
	left, top, right, bottom float64
	text                     string
}

// place checks where the texts of a picture stand.
func place(t *testing.T, svg *element) {
	t.Helper()
	var boxes []box
	for _, e := range svg.all("text") {
		const character = 7.2
		wide := character * float64(utf8.RuneCountInString(e.Text))
		if l := e.attr("textLength"); l != "" {
			wide = e.number(t, "textLength")
		}
		x, y := e.number(t, "x"), e.number(t, "y")
		switch e.attr("text-anchor") {
		case "end":
			x -= wide
		case "middle":
			x -= wide / 2
		}
		boxes = append(boxes, box{x, y - 10, x + wide, y + 3, e.Text})
	}
	for i, a := range boxes {
		require.True(t, a.left >= 0 && a.top >= 0 && a.right <= svg.number(t, "width") && a.bottom <= svg.number(t, "height"), "%+v", a)
		for _, b := range boxes[:i] {
			require.False(t, a.text != "" && b.text != "" && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom, "%+v covers %+v", a, b)
		}
	}
}

func TestHTML(t *testing.T) {
	for _, width := range []int{0, 60, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := sim.NewRecorder(nil)
				play(t, rec)
				few(rec, time.Now())
				rec.Add(sim.Event{From: "UE", To: "MME", Text: strings.Repeat("漢字", 30) + strings.Repeat(" longer", 40)})
				for i := range 12 {
					rec.Add(sim.Event{From: fmt.Sprintf("node %d with a name", i), To: fmt.Sprintf("node %d with a name", i+1), Text: "hello"})
				}
				rec.Add(sim.Event{Kind: sim.Phase, Text: strings.Repeat("a long heading ", 20)})
				rec.Note("UE", strings.Repeat("a long remark ", 20))
				rec.Note("", strings.Repeat("漢字", 60))
				var b bytes.Buffer
				require.NoError(t, rec.WriteHTML(&b, &sim.LadderOptions{Width: width, Base: true}))
				root := parse(t, b.String())

				n := 0
				sections := root.all("section")
				for _, e := range rec.Events() {
					if e.Kind > sim.Answer {
						continue
					}
					if e.Text != nasty {
						require.Equal(t, e.Detail, sections[n].all("pre")[0].Text)
					}
					n++
				}
				require.Len(t, sections, n)
				require.Contains(t, sections[n-15].all("pre")[0].Text, "<script>alert(\"&amp;'\")</script>", "as text")
				require.Contains(t, sections[n-15].all("pre")[0].Text, "\\ \ufffd\ufffd end", "what cannot be seen")
			})
		})
	}
}
