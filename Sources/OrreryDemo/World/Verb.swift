/// A verb with its English forms and its Moonish root, which every tense is made from without exception.
package struct Verb: Equatable, Sendable {
    package let base, third, past: String
    package let moonishRoot: String

    private init(_ base: String, _ third: String, _ past: String, _ moonishRoot: String) {
        (self.base, self.third, self.past, self.moonishRoot) = (base, third, past, moonishRoot)
    }

    package static let be = Verb("be", "is", "was", "s")
    package static let have = Verb("have", "has", "had", "hav")
    package static let give = Verb("give", "gives", "gave", "don")

    // What one does to a thing. The first three leave it in the subject's hands; see `Scene.tell`.
    package static let find = Verb("find", "finds", "found", "trov")
    package static let take = Verb("take", "takes", "took", "pren")
    package static let buy = Verb("buy", "buys", "bought", "kop")
    package static let lose = Verb("lose", "loses", "lost", "perd")
    package static let see = Verb("see", "sees", "saw", "vid")
    package static let like = Verb("like", "likes", "liked", "am")
    package static let want = Verb("want", "wants", "wanted", "vol")
    package static let thank = Verb("thank", "thanks", "thanked", "dank")
    package static let help = Verb("help", "helps", "helped", "jut")

    package static let walk = Verb("walk", "walks", "walked", "vand")
    package static let run = Verb("run", "runs", "ran", "kur")
    package static let go = Verb("go", "goes", "went", "ir")

    package static let live = Verb("live", "lives", "lived", "bit")
    package static let play = Verb("play", "plays", "played", "lud")
    package static let sleep = Verb("sleep", "sleeps", "slept", "dorm")
    package static let sing = Verb("sing", "sings", "sang", "kant")
    package static let work = Verb("work", "works", "worked", "lab")

    package static let acquiring = [find, take, buy]
    package static let regarding = [see, like, want]
    package static let moving = [walk, run, go]
    package static let dwelling = [play, sleep, sing, work]
}
