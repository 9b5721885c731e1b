package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Day is one bar: how many doses had which fate. Number is the day of the month below it.
type Day struct {
	Number                       int
	Taken, Late, Skipped, Missed int
}

// Legend are the words for the fates, in the order of Day's fields.
type Legend [4]string

// Sizes in pixels. A phone shows the picture at about half of them.
const (
	width    = 720
	margin   = 24
	plot     = 240 // the height that the tallest bar may have
	tallest  = 44  // of one block
	textSize = 26
	lineStep = 40
)

// look is how the blocks of one fate are drawn: full, hatched or hollow.
type look struct {
	ink     color.RGBA
	pattern pattern
}

type pattern int

const (
	full pattern = iota
	hatched
	hollow
)

// The looks of the fates, in the order of Day's fields: colours that are told apart by the colour-blind.
var looks = [4]look{
	{color.RGBA{0x00, 0x72, 0xb2, 0xff}, full},
	{color.RGBA{0xe6, 0x9f, 0x00, 0xff}, full},
	{color.RGBA{0x33, 0x33, 0x33, 0xff}, hatched},
	{color.RGBA{0xd5, 0x3e, 0x00, 0xff}, hollow},
}

var (
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.RGBA{0x22, 0x22, 0x22, 0xff}
	rule  = color.RGBA{0x99, 0x99, 0x99, 0xff}
)

// Bars draws the days, oldest first, as a PNG. The legend is left out when the font cannot write all of
// it; words tells which. The same input gives the same bytes.
func Bars(days []Day, legend Legend) (picture []byte, words bool, err error) {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, false, fmt.Errorf("draw bars: %w", err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: textSize, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, false, fmt.Errorf("draw bars: %w", err)
	}
	words = writes(parsed, legend)
	unit, floor := scale(days)
	height := floor + lineStep + margin/2
	if words {
		height += len(legend)*lineStep + margin/2
	}
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height)), face}
	draw.Draw(c.RGBA, c.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	c.bars(days, unit, floor)
	if words {
		c.legend(legend, floor+lineStep+margin)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.RGBA); err != nil {
		return nil, false, fmt.Errorf("draw bars: %w", err)
	}
	return out.Bytes(), words, nil
}

// writes reports whether the font has every character of the legend, and the legend any words.
func writes(f *sfnt.Font, legend Legend) bool {
	var b sfnt.Buffer
	for _, text := range legend {
		if text == "" {
			return false
		}
		for _, r := range text {
			if i, err := f.GlyphIndex(&b, r); err != nil || i == 0 {
				return false
			}
		}
	}
	return true
}

type canvas struct {
	*image.RGBA
	face font.Face
}

// scale is how tall one block is, and where the bars stand.
func scale(days []Day) (unit, floor int) {
	most := 1
	for _, d := range days {
		most = max(most, d.Taken+d.Late+d.Skipped+d.Missed)
	}
	unit = min(plot/most, tallest)
	return unit, margin + max(most*unit, tallest)
}

func (c canvas) bars(days []Day, unit, floor int) {
	step := (width - 2*margin) / max(len(days), 1)
	c.fill(image.Rect(margin, floor, width-margin, floor+2), rule)
	for i, d := range days {
		left, top := margin+i*step, floor
		for fate, n := range [4]int{d.Taken, d.Late, d.Skipped, d.Missed} {
			for range n {
				c.block(image.Rect(left+2, top-unit+2, left+step-2, top-1), looks[fate])
				top -= unit
			}
		}
		if (len(days)-1-i)%5 == 0 { // every day has no room that a phone could show
			label := strconv.Itoa(d.Number)
			c.write(label, left+step/2-c.measure(label)/2, floor+lineStep-8)
		}
	}
}

func (c canvas) legend(words Legend, top int) {
	for i, text := range words {
		y := top + i*lineStep
		c.block(image.Rect(margin, y-4, margin+28, y+24), looks[i])
		c.write(text, margin+44, y+20)
	}
}

// block draws one dose in r.
func (c canvas) block(r image.Rectangle, l look) {
	if r.Dy() < 1 { // more doses a day than the picture has room for: lines
		r.Max.Y = r.Min.Y + 1
	}
	c.fill(r, l.ink)
	inner := r.Inset(3)
	if l.pattern == full || inner.Empty() {
		return
	}
	c.fill(inner, paper)
	for y := inner.Min.Y; l.pattern == hatched && y < inner.Max.Y; y++ {
		for x := inner.Min.X; x < inner.Max.X; x++ {
			if (x+y)%6 < 3 {
				c.SetRGBA(x, y, l.ink)
			}
		}
	}
}

func (c canvas) fill(r image.Rectangle, with color.RGBA) {
	draw.Draw(c.RGBA, r, image.NewUniform(with), image.Point{}, draw.Src)
}

func (c canvas) write(text string, x, baseline int) {
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: c.face, Dot: fixed.P(x, baseline)}
	d.DrawString(text)
}

func (c canvas) measure(text string) int { return font.MeasureString(c.face, text).Ceil() }
