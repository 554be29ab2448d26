package t8

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
)

// areas holds an area of each shape and its JSON.
var areas = map[string]GeographicArea{
	`{"shape":"POINT","point":{"lon":-0.1,"lat":51.5}}`: {&Point{Point: GeographicalCoordinates{Lon: -0.1, Lat: 51.5}}},
	`{"shape":"POINT_UNCERTAINTY_CIRCLE","point":{"lon":0,"lat":0},"uncertainty":0}`: {
		&PointUncertaintyCircle{}},
	`{"shape":"POINT_UNCERTAINTY_ELLIPSE","point":{"lon":1,"lat":2},"uncertaintyEllipse":{"semiMajor":9.5,"semiMinor":3,"orientationMajor":180},"confidence":67}`: {
		&PointUncertaintyEllipse{GeographicalCoordinates{1, 2}, UncertaintyEllipse{9.5, 3, 180}, 67}},
	`{"shape":"POLYGON","pointList":[{"lon":0,"lat":0},{"lon":1,"lat":0},{"lon":0,"lat":1}]}`: {
		&Polygon{Points: []GeographicalCoordinates{{0, 0}, {1, 0}, {0, 1}}}},
	`{"shape":"POINT_ALTITUDE","point":{"lon":1,"lat":2},"altitude":-12.5}`: {
		&PointAltitude{GeographicalCoordinates{1, 2}, -12.5}},
	`{"shape":"POINT_ALTITUDE_UNCERTAINTY","point":{"lon":1,"lat":2},"altitude":3,"uncertaintyEllipse":{"semiMajor":4,"semiMinor":5,"orientationMajor":6},"uncertaintyAltitude":7,"confidence":8}`: {
		&PointAltitudeUncertainty{GeographicalCoordinates{1, 2}, 3, UncertaintyEllipse{4, 5, 6}, 7, 8}},
	`{"shape":"ELLIPSOID_ARC","point":{"lon":1,"lat":2},"innerRadius":3,"uncertaintyRadius":4,"offsetAngle":5,"includedAngle":6,"confidence":7}`: {
		&EllipsoidArc{GeographicalCoordinates{1, 2}, 3, 4, 5, 6, 7}},
}

func TestGeographicAreaGoesRound(t *testing.T) {
	require.Len(t, areas, len(shapes))
	for text, area := range areas {
		b, err := json.Marshal(area)
		require.NoError(t, err)
		require.Equal(t, text, string(b))

		var back GeographicArea
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, area, back)
		require.False(t, back.IsZero())

		for _, m := range []mode{modeAnswer, modeNotify, modeRequest} { // the name may come last
			last := strings.Replace(text, `"shape":"`+string(area.Shape.Name())+`",`, "", 1)
			last = ` { "more" : {"shape":"POINT"} , ` + strings.TrimSuffix(last[1:], "}") + ` , "shape" : "` + string(area.Shape.Name()) + `"} `
			var back GeographicArea
			require.Nil(t, decodeBody([]byte(last), &back, m), last)
			require.Equal(t, area, back)
		}
	}
}

// places holds areas in all the ways that the types of this package do.
type places struct {
	Needed GeographicArea      `json:"needed" t8:"required"`
	Maybe  GeographicArea      `json:"maybe,omitzero"`
	Many   []GeographicArea    `json:"many,omitempty"`
	There  *GeographicArea     `json:"there,omitempty"`
	Change Opt[GeographicArea] `json:"change,omitzero"`
}

func TestGeographicAreaAsMember(t *testing.T) {
	text := `{"needed":{"shape":"POINT","point":{"lon":1,"lat":2}}}`
	var p places
	require.Nil(t, decodeBody([]byte(text), &p, modeRequest))
	require.True(t, p.Maybe.IsZero() && p.There == nil && p.Change.IsZero())
	b, err := json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, text, string(b))

	area := `{"shape":"POINT_UNCERTAINTY_CIRCLE","point":{"lon":1,"lat":2},"uncertainty":3}`
	text = strings.ReplaceAll(`{"needed":A,"maybe":A,"many":[A,A],"there":A,"change":A}`, "A", area)
	require.Nil(t, decodeBody([]byte(text), &p, modeRequest))
	for _, a := range []GeographicArea{p.Needed, p.Maybe, p.Many[0], p.Many[1], *p.There} {
		require.Equal(t, &PointUncertaintyCircle{GeographicalCoordinates{1, 2}, 3}, a.Shape)
	}
	b, err = json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, text, string(b))

	require.Nil(t, decodeBody([]byte(`{"needed":`+area+`,"maybe":null,"change":null}`), &p, modeRequest))
	require.True(t, p.Change.IsNull())
}

func faultsOf(e *fault.Error) map[string]string {
	if e == nil {
		return nil
	}
	m := map[string]string{}
	for _, p := range e.Params {
		m[p.Param] = p.Reason
	}
	return m
}

func TestGeographicAreaFaults(t *testing.T) {
	const point = `"point":{"lon":1,"lat":2}`
	for area, want := range map[string]map[string]string{
		`{"shape":"POINT_UNCERTAINTY_CIRCLE",` + point + `,"uncertainty":-1}`: {"/uncertainty": "must be at least 0"},
		`{"shape":"POINT_UNCERTAINTY_CIRCLE",` + point + `}`:                  {"/uncertainty": "is missing"},
		`{"shape":"POINT_UNCERTAINTY_CIRCLE","uncertainty":"far"}`:            {"/uncertainty": "must be a number", "/point": "is missing"},
		`{"shape":"POINT","point":{"lon":181,"lat":"x"}}`:                     {"/point/lon": "must be -180 to 180", "/point/lat": "must be a number"},
		`{"shape":"POLYGON","pointList":[{"lon":1,"lat":91},{"lon":1}]}`: {
			"/pointList": "must hold at least 3 elements", "/pointList/0/lat": "must be -90 to 90", "/pointList/1/lat": "is missing"},
		`{` + point + `}`:              {"/shape": "is missing"},
		`{}`:                           {"/shape": "is missing"},
		`{"shape":null,` + point + `}`: {"/shape": "must be a string"},
		`{"shape":7,` + point + `}`:    {"/shape": "must be a string"},
		`{"shape":"POINT","shape":"POINT",` + point + `}`:   {"/shape": "is given more than once"},
		`{"shape":"POINT",` + point + `,` + point + `}`:     {"/point": "is given more than once"},
		`{"shape":"BLOB","blob":[{}]}`:                      {"/shape": "is not a form that is served here"},
		`{"shape":"RANGE_DIRECTION","range":1}`:             {"/shape": "is not a form that is served here"},
		`"POINT"`:                                           {"": "must be an object"},
		`null`:                                              {"": "must not be null"},
		`{"shape":"POINT","point":{"lon":-0.0,"lat":1e1}}`:  nil,
		`{"x":[[]],"shape":"POINT",` + point + `,"y":"\""}`: nil,
	} {
		below := map[string]string{}
		for at, why := range want {
			below["/many/1"+at] = why
		}
		if want == nil {
			below = nil
		}
		good := `{"shape":"POINT","point":{"lon":1,"lat":2}}`
		e := decodeBody([]byte(`{"needed":`+good+`,"many":[`+good+`,`+area+`]}`), new(places), modeRequest)
		require.Equal(t, below, faultsOf(e), area)
	}
	require.Equal(t, map[string]string{"/needed": "is missing"}, faultsOf(decodeBody([]byte(`{}`), new(places), modeRequest)))

	for _, broken := range []string{`{"shape"`, `{"shape":"POINT`, `{"shape":"POINT",}`, `{"shape":"POINT" "point":1}`, `{shape:1}`, `{"a":tru}`,
		strings.Repeat(`{"a":`, 40)} {
		e := decodeBody([]byte(`{"needed":`+broken), new(places), modeRequest)
		require.NotNil(t, e, broken)
		require.Equal(t, fault.Malformed, e.Code, broken)
	}
}

func TestGeographicAreaCheck(t *testing.T) {
	good := GeographicArea{&Point{}}
	require.NoError(t, Check(&places{Needed: good}))
	require.ErrorIs(t, Check(&places{}), fault.MissingParameter)
	bad := GeographicArea{&EllipsoidArc{OffsetAngle: 361}}
	e := fault.As(Check(&places{Needed: bad, Maybe: bad, There: &bad, Change: Set(bad), Many: []GeographicArea{good, bad, {}}}))
	require.Equal(t, map[string]string{
		"/needed/offsetAngle": "must be 0 to 360", "/maybe/offsetAngle": "must be 0 to 360", "/there/offsetAngle": "must be 0 to 360",
		"/change/offsetAngle": "must be 0 to 360", "/many/1/offsetAngle": "must be 0 to 360", "/many/2/shape": "is missing",
	}, faultsOf(e))
	var none *Point
	require.Error(t, Check(&places{Needed: GeographicArea{none}}))
}

// A shape of a later release that a server sends is kept as it is.
func TestGeographicAreaOfLaterRelease(t *testing.T) {
	text := `{"shape":"BLOB","blob":[1,{"x":"y"}]}`
	var area GeographicArea
	require.NoError(t, json.Unmarshal([]byte(text), &area))
	require.Equal(t, SupportedGADShapes("BLOB"), area.Shape.Name())
	require.False(t, area.Shape.Name().Known())
	b, err := json.Marshal(area)
	require.NoError(t, err)
	require.Equal(t, text, string(b))

	var p places
	require.Nil(t, decodeBody([]byte(`{"needed":`+text+`}`), &p, modeNotify))
	require.Equal(t, area, p.Needed)
	require.NoError(t, Check(&p))
}

func TestGeographicAreaZero(t *testing.T) {
	var none GeographicArea
	require.True(t, none.IsZero())
	b, err := json.Marshal(none)
	require.NoError(t, err)
	require.Equal(t, "null", string(b))
	back := GeographicArea{&Point{}}
	require.NoError(t, json.Unmarshal(b, &back))
	require.True(t, back.IsZero())
	for _, bad := range []string{`{}`, `[]`, `"POINT"`, `{"shape":"POINT","point":1}`} {
		require.Error(t, json.Unmarshal([]byte(bad), &back), bad)
	}
}
