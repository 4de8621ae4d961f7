/// A word that means two things here. Only what stands around it tells which.
struct TwoMeanings {
    struct Meaning {
        let gloss: String
        /// Sentences in which the word has this meaning. "NAME" stands for somebody and "PLACE" for somewhere.
        let sentences: [String]
    }

    let word: String
    let meanings: [Meaning]

    private init(_ word: String, _ first: (String, [String]), _ second: (String, [String])) {
        self.word = word
        meanings = [first, second].map { Meaning(gloss: $0.0, sentences: $0.1) }
    }

    static let all = [
        TwoMeanings(
            "rust",
            (
                "a language",
                [
                    "NAME wrote the server in rust.", "The rust compiler found an error in the function.",
                    "NAME likes rust because the program is fast.", "The borrow checker of rust helped NAME.",
                ]
            ),
            (
                "red dust on iron",
                [
                    "There was rust on the iron gate.", "The old key was red with rust.",
                    "Rain made rust on the iron door of the PLACE.", "NAME cleaned the rust from the old sword.",
                ]
            )),
        TwoMeanings(
            "python",
            (
                "a language",
                [
                    "NAME wrote the program in python.", "The python function returns a list.",
                    "NAME likes python because the code is short.", "The server runs a method in python.",
                ]
            ),
            (
                "a snake",
                [
                    "The python slept under a warm stone.", "NAME saw a long python in the PLACE.",
                    "A green python lay in the tree.", "The python ate an egg and slept.",
                ]
            )),
        TwoMeanings(
            "swift",
            (
                "a language",
                [
                    "NAME wrote the model in swift.", "The swift compiler found an error in the method.",
                    "NAME likes swift because the code is safe.", "The swift function takes an array.",
                ]
            ),
            (
                "a bird",
                [
                    "A swift flew over the PLACE.", "The swift sang in the tree.",
                    "NAME saw the nest of a swift.", "The swift came back in spring with the sun.",
                ]
            )),
        TwoMeanings(
            "bank",
            (
                "a house for money",
                [
                    "NAME took a coin to the bank.", "The bank keeps the gold of NAME.",
                    "NAME has money in the bank.", "The bank in the village was closed.",
                ]
            ),
            (
                "the side of a river",
                [
                    "NAME sat on the bank and saw a fish.", "The river was high and the bank was wet.",
                    "A duck slept on the bank of the river.", "The boat lay by the bank.",
                ]
            )),
        TwoMeanings(
            "bark",
            (
                "the skin of a tree",
                [
                    "The bark of the old tree was brown.", "NAME wrote a name in the bark of the tree.",
                    "Rain ran down the bark.", "A beetle lives under the bark.",
                ]
            ),
            (
                "the voice of a dog",
                [
                    "NAME heard the bark of a dog.", "The bark of the dog came from the PLACE.",
                    "With a loud bark the dog ran to NAME.", "The dog gave one bark and slept.",
                ]
            )),
        TwoMeanings(
            "light",
            (
                "not heavy",
                [
                    "The basket was empty and light.", "NAME took the box, for it was light.",
                    "A feather is light and a stone is not.", "The kite was light and flew high.",
                ]
            ),
            (
                "what a lamp gives",
                [
                    "The lamp gave a warm light.", "NAME saw a light in the dark PLACE.",
                    "The light of the moon fell on the water.", "At night there was light in the tower.",
                ]
            )),
        TwoMeanings(
            "spring",
            (
                "a time of the year",
                [
                    "In spring the garden is green.", "Winter was over and spring came.",
                    "NAME plants apples in spring.", "In spring the birds come back.",
                ]
            ),
            (
                "where water comes up",
                [
                    "NAME drank cold water from the spring.", "The spring ran down from the stones.",
                    "The water of the spring was clear.", "A goat drank at the spring in the PLACE.",
                ]
            )),
    ]
}
