// Package storetest defines what a store is: every database behind carebell passes this suite, run
// by run on a database of its own. It is the only description of the store's behaviour that counts.
package storetest
