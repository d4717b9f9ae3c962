package thresholds

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed recipes.json
var recipesText []byte

// Recipe is an entry for what somebody wants of a cluster.
type Recipe struct {
	// Name is what it is called, as in "cheap".
	Name string `json:"name"`
	// For says in a few words for what it is, and what it does.
	For string `json:"for"`
	// Entry is the entry, as JSON.
	Entry json.RawMessage `json:"entry"`
}

// Recipes are all of them; the first is what holds without an entry.
func Recipes() []Recipe {
	var all []Recipe
	if err := json.Unmarshal(recipesText, &all); err != nil {
		panic(fmt.Sprintf("recipes.json: %v", err))
	}
	return all
}

// RecipeNamed finds a recipe. Its error lists them all.
func RecipeNamed(name string) (Recipe, error) {
	all := Recipes()
	if i := slices.IndexFunc(all, func(r Recipe) bool { return r.Name == name }); i >= 0 {
		return all[i], nil
	}
	var names []string
	for _, r := range all {
		names = append(names, "@"+r.Name)
	}
	return Recipe{}, fmt.Errorf("there is no recipe @%s; there are %s", name, strings.Join(names, ", "))
}
