// Package chart draws the small picture of how the doses of some days went: one bar a day, one block a
// dose, wide enough for a phone. It owns colours, patterns and the font. It does not own what a dose is,
// or any word: conversations counts, and gives the legend in the person's language.
//
// Each fate has its colour and its pattern, so that neither the colour-blind nor a grey print mixes them
// up. A language that the font cannot write gets a picture without words.
package chart
