package chart_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"carebell/chart"
)

var english = chart.Legend{"Taken: 40", "Taken more than 1 h late: 5", "Skipped: 3", "No answer: 4"}

func month() []chart.Day {
	days := make([]chart.Day, 30)
	for i := range days {
		days[i] = chart.Day{Number: i + 1, Taken: 2}
	}
	days[4] = chart.Day{Number: 5, Taken: 1, Late: 1}
	days[9] = chart.Day{Number: 10, Skipped: 2}
	days[14] = chart.Day{Number: 15, Taken: 1, Missed: 1}
	days[20] = chart.Day{Number: 21}
	return days
}

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

func TestBars(t *testing.T) {
	data, words, err := chart.Bars(month(), english)
	if err != nil || !words {
		t.Fatalf("words %v, %v", words, err)
	}
	picture := decode(t, data)
	if again, _, _ := chart.Bars(month(), english); !bytes.Equal(again, data) {
		t.Error("the same days give another picture")
	}
	colours := map[[3]uint8]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			colours[[3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}]++
		}
	}
	for name, c := range map[string][3]uint8{"taken": {0x00, 0x72, 0xb2}, "late": {0xe6, 0x9f, 0x00}, "skipped": {0x33, 0x33, 0x33}, "missed": {0xd5, 0x3e, 0x00}} {
		if colours[c] < 200 {
			t.Errorf("%s is hardly seen: %d pixels", name, colours[c])
		}
	}
	if len(data) > 100_000 || picture.Bounds().Dx() != 720 {
		t.Errorf("%d bytes, %v", len(data), picture.Bounds())
	}
}

// What the font cannot write is not drawn as boxes.
func TestLanguagesWithoutAFont(t *testing.T) {
	with, _, _ := chart.Bars(month(), english)
	for _, c := range []struct {
		legend chart.Legend
		words  bool
	}{
		{chart.Legend{"Принято: 1", "Принято позже чем на 1 ч: 1", "Пропущено: 1", "Нет ответа: 1"}, true},
		{chart.Legend{"أُخذت", "متأخرة", "تُركت", "بلا إجابة"}, false},
		{chart.Legend{"ली गईं", "देर से", "छोड़ी गईं", "कोई जवाब नहीं"}, false},
		{chart.Legend{"已服用", "晚", "已跳过", "没有回答"}, false},
	} {
		data, words, err := chart.Bars(month(), c.legend)
		if err != nil || words != c.words {
			t.Errorf("%q: words %v, %v", c.legend[0], words, err)
		}
		if shorter := decode(t, data).Bounds().Dy() < decode(t, with).Bounds().Dy(); shorter == c.words {
			t.Errorf("%q: the legend's room is %v", c.legend[0], !shorter)
		}
	}
}

func TestNoDaysAndManyDoses(t *testing.T) {
	for _, days := range [][]chart.Day{nil, {{Number: 1, Taken: 1000}}, make([]chart.Day, 30)} {
		if data, _, err := chart.Bars(days, english); err != nil || len(data) == 0 {
			t.Errorf("%d days: %v", len(days), err)
		}
	}
}
