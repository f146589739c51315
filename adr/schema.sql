-- All tables of a workspace, in the order in which the data passes through them. Each table has ONE writer, named above
-- it; any module may read it. Every statement may run again on a workspace that has been through it already.
-- `migrations.py` knows what the tables were in earlier versions.

-- writer: index. The ways of naming what is in an instance (adr/perspectives.py). A number, once given, keeps its meaning.
create table if not exists perspective (
    number utinyint,            -- 0 to 3: the paper's four; what `perspective` means in the other tables
    name varchar,               -- 'token', 'object', 'co_occurrence', 'interrogation', 'source', 'column:category' ...
    title varchar,              -- what pages call its entities
    sentence varchar,           -- what an entity is
    read_from varchar,          -- 'turns', 'record', 'pictures', 'languages', 'objects' or 'clusters'
    tail_share double,          -- share of postings that is tail unless a recipe says otherwise
    votes boolean,              -- decides in a recipe that names no perspectives
    several boolean,            -- whether an instance can have several of its entities
    indexed boolean             -- whether the present index has it
);

-- The number of a perspective, and the perspective of a number. No query may use their aliases: what stands in the place
-- of `wanted` would mean the row of the macro.
create macro if not exists perspective_number(wanted) as
    (select numbered_perspective.number from perspective numbered_perspective where numbered_perspective.name = wanted);
create macro if not exists perspective_name(wanted) as
    (select named_perspective.name from perspective named_perspective where named_perspective.number = wanted);

-- writer: store. Facts about the workspace; 'revision' grows with every write and is the key of the pages' caches.
create table if not exists meta (key varchar primary key, value varchar);

-- writer: ingest. What was read: one row per source, in the order in which they were added.
create table if not exists source (
    path varchar,               -- as the user gave it
    images varchar,             -- the image folder, or null
    objects varchar,            -- the file of object annotations beside the source, or null
    objects_sha256 varchar,     -- of that file
    form varchar,               -- names of adr.ingest.forms.FORMS: 'llava', 'messages' ..., with commas between
    layout varchar,             -- 'array' or 'lines'
    bytes bigint,
    sha256 varchar,
    instances bigint,
    rejected bigint,
    warnings varchar,           -- JSON {kind: count}
    report varchar,             -- JSON: the whole IngestReport
    links bigint,               -- rows of image_link; null: read without an image folder, or by a version without links
    ingested_at timestamp,
    source smallint default 0,  -- 0, 1, ... within the workspace; never used again
    name varchar,               -- unique
    first integer default 0,    -- position of its first record
    records integer,            -- its positions are first .. first + records - 1
    image_prefix varchar default '',    -- what its image paths begin with in `instance`: '', or '@name/' with a folder of its own
    taken varchar,              -- how much of it a trainer's list takes, as it stands there; or null
    mapping varchar             -- JSON: which key holds what, where a person has said so; or null
);

-- writer: ingest. A source that was taken out; its number and its positions are never used again.
create table if not exists removed_source (
    source smallint, name varchar, path varchar, first integer, records integer, removed_at timestamp
);

-- When the sources changed last: what was made before that was made of other data.
create view if not exists dataset_changed as
    select greatest((select max(ingested_at) from source), (select max(removed_at) from removed_source)) as changed_at;

-- writer: ingest. The links inside the image folder by which images are reached.
create table if not exists image_link (
    path varchar,               -- an image path, or a folder in image paths (ends in /), with the prefix of its source
    target varchar              -- where it leads, relative to the image folder, or absolute when it leads out of it
);

-- writer: ingest. One training example; its identity is its position in the source, from 0.
create table if not exists instance (
    instance integer,           -- position in the source; unique, has holes where a record was rejected
    id varchar,                 -- the record's own id as JSON text (7 or "7"), or null; may repeat
    images varchar[],           -- image paths as given, relative to the image folder; empty for text-only
    missing integer,            -- how many of these images are not on disk
    turns struct("role" varchar, "text" varchar)[],     -- role: 'human', 'gpt', 'system' or 'tool'
    raw varchar using compression zstd,     -- the record's JSON text exactly as it was read
    source smallint default 0,
    videos varchar[] default []             -- as `images`
);

-- writer: ingest. What is odd about a record and cannot be seen in its instance: one row per instance and kind.
create table if not exists oddity (
    instance integer,
    kind varchar                -- 'image_empty', 'marker_spelled_otherwise', or 'marker_placed': `raw` lacks the markers
);

-- How often the image marker occurs in a conversation.
create macro if not exists markers(turns) as
    coalesce(list_sum(list_transform(turns, lambda turn: len(string_split(turn.text, '<image>')) - 1)), 0)::integer;

-- What is worth knowing about an instance without being a reason to set it aside: one row per instance and kind.
create view if not exists instance_kind as
    select instance, 'text_only' as kind from instance where len(images) = 0 and len(videos) = 0
    union all select instance, 'with_video' from instance where len(videos) > 0
    union all select instance, kind from oddity
    union all select instance, 'several_images' from instance where len(images) > 1
    union all select instance, 'image_missing' from instance where missing > 0
    union all select instance, 'image_address' from instance
        where list_bool_or(list_transform(images, lambda path: regexp_matches(path, '^[A-Za-z][A-Za-z0-9+.-]+://|^data:')))
    union all select instance, 'repeated_ids' from instance
        where id in (select id from instance group by id having count(*) > 1)
    union all select instance, 'marker_mismatch' from instance where len(images) <> markers(turns)
    union all select instance, 'nobody_answers' from instance
        where not list_bool_or(list_transform(turns, lambda turn: turn.role = 'gpt'));

-- writer: ingest. One record that did not become an instance.
create table if not exists rejected (
    position integer,           -- position in the source
    reason varchar,             -- a fixed word: 'not_an_object', 'no_conversation', 'unsafe_path' ...
    detail varchar,             -- one sentence
    excerpt varchar             -- the first 200 characters of its text
);

-- writer: ingest. Objects named by annotations, from a column of the record or a sidecar file.
create table if not exists annotation (instance integer, object varchar);

-- writer: index. One row: how the postings were made.
create table if not exists index_made (
    extractor varchar,          -- 'lexicon' or 'spacy'
    spacy_model varchar,        -- name and version, or null
    objects_from varchar,       -- 'annotations', 'text' or 'annotations, else text'
    verified_by varchar,        -- scorer or detector that looked for the objects in the images, or null
    lexicon_fingerprint varchar,
    unread bigint,              -- instances whose text the extractor cannot read (another language)
    seconds double,
    asked varchar,              -- JSON: the options that were given
    options varchar,            -- JSON: the same with every default filled in, an IndexOptions
    fingerprint varchar,        -- of the source and these options: identifies the index
    report varchar,             -- JSON: the whole IndexReport
    indexed_at timestamp
);

-- writer: index. The dictionary of postings. n is kept here so that no page counts 24 million rows.
create table if not exists entity (
    entity integer,             -- 0.. within the workspace, ordered by perspective, then n descending, then name
    perspective utinyint,
    name varchar,               -- co_occurrence: "cat + sofa", names in lexicographic order
    n integer,                  -- number of instances that have the entity
    draw_key ubigint,           -- keyed hash of (perspective, name): the part of the draw that does not depend on seed or instance
    first integer, second integer   -- co_occurrence: the entities (perspective object) of the pair; else null
);

-- writer: index. Entity e occurs in instance i; once, however often it is said. Ordered by perspective, instance, entity.
create table if not exists posting (perspective utinyint, instance integer, entity integer);

-- writer: embed. Instances that are copies of one another: one row per instance and kind, where the cluster has two or more.
create table if not exists copy_cluster (
    kind varchar,               -- 'picture': the same pictures, 'text': the same conversation, 'copy': both
    instance integer,
    cluster integer             -- the first of its instances
);

-- writer: embed. One row: when copies were looked for in the present sources.
create table if not exists copies_made (
    report varchar,             -- JSON: the whole CopiesReport
    made_at timestamp
);

-- writer: embed. What was measured in each source picture that is on disk.
create table if not exists picture_fact (
    path varchar,               -- as in `instance.images`
    width integer, height integer,  -- upright, in pixels; null where the header cannot be read
    unreadable varchar,         -- why it cannot be opened: 'not_a_picture', 'cut_off', 'too_large'; else null
    sharpness float, light float,   -- see adr/embed/picture_measures.py
    faults varchar[]            -- names of adr/picture_faults.py
);

-- writer: embed. One row: when the source's pictures were looked at.
create table if not exists pictures_made (
    report varchar,             -- JSON: the whole PicturesReport
    folders varchar[],          -- source.images of all sources then
    made_at timestamp
);

-- The report of the present pictures; no row where sources or image folders have changed since.
create view if not exists pictures_in_force as
    select report from pictures_made, dataset_changed
    where made_at >= changed_at and folders = (select list(images order by source) from source);

-- writer: embed. Where an instance lies on a map, near others that are alike; x and y from 0 to 65535. shows: what is alike, a
-- name of adr/maps.py.
create table if not exists map_place (instance integer, x usmallint, y usmallint, shows varchar);

-- writer: embed. One row per map: how it was made.
create table if not exists map_made (
    report varchar,             -- JSON: the whole MapReport
    made_at timestamp,
    shows varchar               -- as in `map_place`
);

-- writer: embed. Two pictures of the source that may be copies, laid over one another: one row per pair.
create table if not exists overlaid_pair (
    one varchar, other varchar,     -- image paths
    difference float                -- 0: the same, also where one is a part of the other; see adr/embed/alignment.py
);

-- writer: embed. How well the first picture of an instance agrees with the objects that the instance has.
create table if not exists agreement (
    instance integer,
    agreement float,            -- 0..1: how probable it is that they belong together, if 19 of 20 pairs do
    weakest varchar,            -- the object of the instance that speaks most against it
    instead varchar             -- the object that the picture most probably shows and the instance lacks
);

-- writer: embed. One row: when pictures and texts were compared.
create table if not exists agreement_made (
    report varchar,             -- JSON: the whole AgreementReport
    made_at timestamp
);

-- The report of the present agreement; no row where sources or index have changed since.
create view if not exists agreement_in_force as
    select report from agreement_made, dataset_changed
    where made_at >= changed_at and made_at >= (select max(indexed_at) from index_made);

-- writer: index. A line of prompts, or the beginning of one up to a colon, that recurs in a source.
create table if not exists template (
    text varchar,
    kind varchar,               -- 'line' or 'beginning'
    role varchar,               -- of its turns: 'human' or 'system'; words of system turns are never entities
    source smallint,
    instances integer,          -- that have it; of a system turn: in the sample by which it was found
    counted boolean             -- let in: its nouns and things are entities
);

-- writer: select. One step that put a tag on instances or took it off. A row is never updated or deleted; an undo is
-- another row.
create sequence if not exists tag_step_number;
create table if not exists tag_step (
    step bigint default nextval('tag_step_number'),
    tag varchar,
    action varchar,             -- 'tag', 'untag', or 'undo' (of the step in undoes)
    reviewer varchar,           -- who did it
    words varchar,              -- where its instances come from, such as a filter in words
    undoes bigint,
    made_at timestamp
);

-- writer: select. The instances of a step: those that it changed.
create table if not exists tag_step_instance (step bigint, instance integer);

-- The tags that instances have: the last step that stands decides.
create view if not exists current_tag as
    with standing as (
        select step, tag, action from tag_step s
        where action <> 'undo' and not exists (select 1 from tag_step u where u.action = 'undo' and u.undoes = s.step)
    )
    select s.tag, i.instance
    from standing s join tag_step_instance i using (step) semi join instance using (instance)
    group by s.tag, i.instance having arg_max(s.action, s.step) = 'tag';

-- Whether there is an index, and the sources have not changed since it was made.
-- writer: index. The turns of each instance counted by language; turns without a word are left out.
create table if not exists turn_language (
    instance integer,
    language varchar,           -- a code of adr/language_names.py: 'en', 'zh', …; 'und' where it cannot be told
    turns integer,
    unread integer              -- how many of these turns nothing could read
);

create view if not exists index_in_force as
    select exists (select 1 from entity)
           and not coalesce((select max(indexed_at) from index_made) < changed_at, false) as in_force
    from dataset_changed;

-- writer: reservoir. A second set of real rows, read and indexed as the dataset is, from which a plan may retrieve rows.
-- Nothing of it counts in n(e), takes part in a run or leaves with an export, except through an accepted candidate. One
-- row: what was read.
create table if not exists reservoir (
    path varchar,               -- as the user gave it
    name varchar,               -- what provenance calls it
    form varchar,               -- as in `source`
    sha256 varchar,
    instances bigint,
    folders varchar,            -- JSON: its image folder, as ImageFolder.to_json gives it
    options varchar,            -- JSON: what its postings were made with, an IndexOptions
    report varchar,             -- JSON: the whole ReservoirReport
    dataset varchar[],          -- SHA-256 of the sources that it was compared with for copies
    read_at timestamp
);

-- writer: reservoir. As `instance`, `entity` and `posting`, with numbers of their own; entities meet those of the index
-- by perspective and name. raw is null where `turns` have markers that the record lacks.
create table if not exists reservoir_instance (
    instance integer, id varchar, images varchar[], missing integer,
    turns struct("role" varchar, "text" varchar)[], raw varchar using compression zstd
);
create table if not exists reservoir_entity (entity integer, perspective utinyint, name varchar, n integer);
create table if not exists reservoir_posting (instance integer, entity integer);

-- writer: reservoir. A row of the reservoir is a copy of an instance of the dataset.
create table if not exists reservoir_copy (
    instance integer,           -- position in the reservoir
    copy_of integer,            -- position in the dataset
    how varchar                 -- 'image': the same picture, 'conversation': the same turns
);

-- writer: select. Filters under a name; every change adds a row.
create table if not exists saved_filter (
    name varchar,
    filter varchar,             -- its text; null: the name was let go
    saved_by varchar,           -- who, or ''
    saved_at timestamp
);

-- The filters that stand.
create view if not exists current_filter as
    select name, last_one.filter as filter, last_one.saved_by as saved_by
    from (select name, arg_max({'filter': filter, 'saved_by': saved_by}, saved_at) as last_one
          from saved_filter group by name)
    where last_one.filter is not null;

-- writer: select. The words of all questions and answers, in small letters and as they stand between blanks, with every
-- place where they stand. Each word has one row per 100,000 positions; '' stands between two blanks. Letters of scripts
-- without blanks between words are words; chr(1) begins a word that follows another without a blank.
create table if not exists word_place (
    word varchar,
    questions integer[],        -- instances in which it stands in a turn of the human, ascending, once for each place
    question_places integer[],  -- and the place there: words are numbered through all turns, with a gap between two turns
    answers integer[],          -- the same for the assistant
    answer_places integer[]
);

-- writer: select. How long each instance is.
create table if not exists instance_size (
    instance integer,
    turns integer,              -- of every role
    words integer               -- in all turns, image markers left out
);

-- writer: select. One row: of which state of the sources `word_place` and `instance_size` are.
create table if not exists words_made (
    changed_at timestamp,       -- `dataset_changed` when the texts were read
    report varchar              -- JSON: the whole WordsReport
);

-- writer: rebalance. One execution of a recipe.
create table if not exists run (
    run integer primary key,    -- 1, 2, ...
    name varchar,
    recipe varchar,             -- TOML
    fingerprint varchar,        -- of [rebalance]; together with `made_on` it identifies the run
    made_on varchar,            -- fingerprint of the index that it was made on; '' when that is not known
    kept bigint, dropped bigint, repeated bigint,
    expected double, expected_sd double,
    report varchar,             -- JSON: the whole RebalanceReport
    created_at timestamp
);

-- writer: rebalance. Smallest tau from which (instance, perspective) passes with the draws of a seed and the caps of a run.
create table if not exists critical_tau (
    run integer, instance integer, perspective utinyint,
    critical_tau double,        -- +inf: no tau makes it pass
    entity integer              -- the entity that decides it
);

-- writer: rebalance. An instance that is past a cap: its rank, and that of its last copy is above the bound.
create table if not exists over_cap (
    run integer, instance integer,
    entity integer,             -- the capped entity
    rank integer,               -- of its first copy, from 1, among the instances with the entity that the keep rule keeps
    of integer                  -- how many these are, copies counted
);

-- writer: rebalance. An instance of which the mixture changes the copies.
create table if not exists over_share (
    run integer, instance integer,
    entity integer,             -- its value in the mixture's perspective; null: it has none
    rank integer,               -- of its first copy, from 1, among those of its value that keep rule and caps keep
    of integer,                 -- how many these are, copies counted
    most integer,               -- how many there are after the mixture
    copies tinyint              -- of the instance before the mixture
);

-- writer: rebalance. Kept or dropped, and why.
create table if not exists decision (
    run integer, instance integer,
    pass_count tinyint,
    kept boolean,
    copies tinyint,             -- 0 dropped, 1 kept, more: repeated
    reason varchar,             -- 'passes', 'below_min_passes', 'alpha', 'over_cap', 'mixture', 'no_entities', 'keeps_all', 'unread', 'excluded', 'protected'
    probability float           -- P(kept) over all seeds: closed form, or an estimate where caps or mixture bind, or null
);

-- writer: rebalance. What an epoch after the first keeps, for runs with several; epoch 1 is in `decision`.
create table if not exists epoch_kept (
    run integer, epoch utinyint, instance integer,
    copies tinyint              -- 1 kept, 2..3 repeated
);

-- writer: export. While an export of only some of a run's instances is prepared: these, under a number below -1.
create table if not exists export_only (run integer, epoch integer, instance integer, copies tinyint);

-- What each epoch of a run keeps; under epoch 0, each instance that some epoch keeps, once; under epoch -1, what epoch 1
-- has before the mixture; below -1, the instances of `export_only`.
create view if not exists kept_in as
    select run, 1 as epoch, instance, copies from decision where kept
    union all
    select run, epoch::integer, instance, copies from epoch_kept
    union all
    select run, 0, instance, 1::tinyint
    from (select run, instance from decision where kept union select run, instance from epoch_kept)
    union all
    select d.run, -1, d.instance, coalesce(o.copies, d.copies)
    from decision d left join over_share o using (run, instance) where d.kept or d.reason = 'mixture'
    union all
    select run, epoch, instance, copies from export_only;

-- writer: synthesize.plan. What to synthesize.
create table if not exists plan (
    plan integer primary key,
    run integer,
    settings varchar,           -- JSON: generator, model, steps, size, target, budget, slots per parent, candidates per slot, conversation method ...
    slots bigint, candidates bigint,
    report varchar,             -- JSON: the whole PlanReport
    identity varchar,           -- JSON: run, its fingerprint and index, and the index of the plan; null: an older plan
    created_at timestamp
);

-- writer: synthesize.plan. One slot: a wanted image, or a parent's conversation in other words, for a tail entity (and
-- for others that it adds to).
create table if not exists slot (
    plan integer, slot integer,
    entity integer,             -- the entity it was planned for
    entities integer[],         -- all tail entities an accept adds to
    parent integer,             -- instance, or null (pure text-to-image)
    prompt varchar,             -- for a conversation: what is replaced by what, such as 'sofa → settee'
    gain double,                -- what an accept adds to the tail when it was planned
    retrieved integer           -- generator 'retrieve': position in the reservoir; else null
);

-- writer: synthesize.plan. One tail entity of a plan, and how many instances it should reach.
create table if not exists wanted (
    plan integer, entity integer,
    have integer,               -- instances that have it after rebalancing (repeated ones once)
    target double,              -- instances wanted
    quota integer               -- slots planned that add to it
);

-- writer: synthesize.plan. Things that a plan makes though no instance has them; numbered from 2^30, beyond the entities
-- of any index.
create table if not exists made_thing (entity integer primary key, name varchar unique);

-- What a plan can be for, with its name: the entities of the index and what no instance has.
create view if not exists named_entity as
    select entity, perspective, name, n from entity
    union all select entity, 1::utinyint, name, 0 from made_thing;

-- writer: synthesize.collect. A synthetic image with its conversation, or a conversation in other words (generator
-- 'language'; image is null and the parent's images stay), waiting for judgement.
create table if not exists candidate (
    candidate varchar primary key,   -- 'p<plan>-<slot>-<alternative>', e.g. 'p1-00012-0'
    plan integer, slot integer, alternative integer,
    chosen boolean,             -- the best of its slot by score
    entity integer, entities integer[],
    parent integer,
    generator varchar, model varchar, seed bigint,
    prompt varchar, negative_prompt varchar,
    parameters varchar,         -- JSON: steps, guidance, strength, size ..., or words: what was replaced by what
    image varchar,              -- path below the workspace folder, or null
    sha256 varchar,
    turns struct("role" varchar, "text" varchar)[],
    caption varchar,
    conversation_by varchar,    -- 'template', 'parent', 'captioner', 'language_model', 'synonyms', 'rewrite'
    conversation_fault varchar, -- why the conversation failed its check, or null
    scorer varchar,             -- the model that scored it
    entity_rank integer,        -- 1: the entity is the best match among its siblings
    entity_score float, prompt_score float, parent_score float,
    nearest varchar, nearest_score float,        -- nearest other image: 'instance:12' or a candidate, cosine
    perceptual_distance integer,                 -- perceptual-hash distance to the nearest by hash
    score float,                -- 0..1, what candidates are ordered by
    flags varchar[],            -- 'near_duplicate', 'copy_of_parent', 'blank', 'dark', 'flat', 'not_the_entity', 'conversation' ...
    seconds float,
    created_at timestamp,
    retrieved integer           -- as in `slot`
);

-- The image shown with a candidate: its own (a path below the workspace), else its parent's first (below the source's
-- image folder), else null. markers: how often <image> occurs in its conversation.
create view if not exists candidate_image as
    select c.candidate,
           coalesce(c.image, coalesce(s.images || '/', regexp_replace(s.path, '[^/]*$', ''))
                             || substr(i.images[1], len(s.image_prefix) + 1)) as shown_image,
           case when c.image is not null then 1 else markers(c.turns) end as markers
    from candidate c
    left join instance i on c.image is null and i.instance = c.parent
    left join source s on s.source = i.source;

-- writer: synthesize.collect. A candidate that could not be made.
create table if not exists failed (plan integer, slot integer, alternative integer, reason varchar, detail varchar);

-- writer: review. One judgement; a row is never updated or deleted. An undo is another row.
create sequence if not exists verdict_number;
create table if not exists verdict (
    verdict bigint default nextval('verdict_number'),
    candidate varchar,
    reviewer varchar,
    judgement varchar,          -- 'accept', 'reject', 'unsure', or 'undo' (of the row in undoes), 'edit' (of the conversation), 'resolve'
    reason varchar,             -- fixed word for a reject: 'not_the_entity', 'malformed', ...
    rule varchar,               -- the rule that gave it, or null for a person
    note varchar,
    turns struct("role" varchar, "text" varchar)[],   -- the edited conversation, for 'edit'
    batch varchar,              -- shared by verdicts given in one step, which one undo takes back
    undoes bigint,
    mark varchar,               -- hash of the row of a verdict file that it was imported from, or null
    judged_at timestamp
);

-- writer: review. What a judge, which is a model with a prompt or a rule on scores, thinks of a candidate. It is no verdict:
-- it counts only through a rule of `judge_rule`.
create table if not exists opinion (
    candidate varchar,
    judge varchar,              -- names the model and its prompt, e.g. 'judge gpt-x, prompt 3fa2c1'
    judgement varchar,          -- 'accept', 'reject' or 'unsure'
    reason varchar,             -- as in `verdict`
    confidence double,          -- 0..1, as the judge says
    note varchar,
    given_at timestamp
);

-- writer: review. A rule by which the accepts of a judge count, after it was compared with a person.
create table if not exists judge_rule (
    rule varchar,               -- as in `verdict`; names judge, threshold, precision and share
    judge varchar, plan integer,    -- plan: null for all plans
    threshold double,           -- accepts with at least this confidence count
    precision double,           -- asked for: share of these accepts that a person would accept
    share double,               -- of these accepts, still shown to the person
    reviewer varchar,           -- who set it
    state varchar,              -- 'active', 'stopped' (its precision fell), 'withdrawn' (by a person)
    why varchar,
    set_at timestamp, ended_at timestamp
);

-- writer: review. The rows of verdict files that were read, also those whose verdict was there already: none of them is
-- taken in again.
create table if not exists imported_verdict (mark varchar);

-- writer: review. Candidates reserved for a reviewer until a time, so that two reviewers do not get the same one.
create table if not exists claim (candidate varchar, reviewer varchar, until timestamp);

-- The latest verdict in force per candidate: undone rows do not count, a person's wins over a rule's, resolve over all.
create view if not exists current_verdict as
    with undone as (select undoes as verdict from verdict where judgement = 'undo'),
    standing as (
        select v.* from verdict v anti join undone u on v.verdict = u.verdict
        where v.judgement in ('accept', 'reject', 'unsure', 'resolve')
    )
    select candidate, case when judgement = 'resolve' then note else judgement end as judgement,
           reviewer, reason, rule, verdict, judged_at
    from standing
    qualify row_number() over (
        partition by candidate
        order by judgement = 'resolve' desc, rule is null desc, verdict desc
    ) = 1;

-- writer: leaks. A picture or question of a benchmark that the dataset, or a candidate, has too.
create table if not exists leak (
    leak integer,               -- 1, 2, ...
    mark varchar,               -- of benchmark, item and what has it: the same when it is found again
    benchmark varchar,          -- name of its file or folder
    item varchar,               -- what the benchmark calls the picture, or the position of its row
    kind varchar,               -- 'picture' or 'text'
    how varchar,                -- 'pixels', 'hash', 'mirrored', 'look'; of a text 'shingles'
    likeness float,             -- 0..1: share of the hash's bits, cosine, or share of the question's shingles
    path varchar,               -- the source picture that has it, as in `instance.images`; or null
    instance integer,           -- the instance whose text has it; or null
    candidate varchar,          -- the candidate that has it; or null
    question varchar,           -- the benchmark's, or null
    shown varchar               -- small copy of the benchmark's picture, below the workspace; or null
);

-- writer: leaks. What a person says of a leak; the latest row per mark counts.
create table if not exists leak_judgement (
    mark varchar,
    judgement varchar,          -- 'leak', 'false_alarm', or 'open': as before any judgement
    reviewer varchar,
    judged_at timestamp
);

-- writer: leaks. One row: when benchmarks were compared with the dataset.
create table if not exists leaks_made (
    report varchar,             -- JSON: the whole LeaksReport
    folders varchar[],          -- source.images of all sources then
    made_at timestamp
);

-- The report of the present leaks; no row where sources or image folders have changed since.
create view if not exists leaks_in_force as
    select report from leaks_made, dataset_changed
    where made_at >= changed_at and folders = (select list(images order by source) from source);

-- The leaks that no person has called a false alarm.
create view if not exists standing_leak as
    select l.* from leak l left join (
        select mark, last(judgement order by judged_at) as judgement from leak_judgement group by mark
    ) j using (mark)
    where judgement is distinct from 'false_alarm';

-- The instances that have a standing leak, with its number.
create view if not exists leaked_instance as
    select instance, leak from standing_leak where instance is not null
    union
    select i.instance, l.leak from standing_leak l
    join (select instance, unnest(images) as path from instance) i using (path);

-- writer: export. A written dataset.
create table if not exists export (
    export integer primary key, run integer, format varchar, folder varchar,
    instances bigint, synthetic bigint, files integer, bytes bigint,
    sha256 varchar,             -- of the main data file(s), in order
    manifest varchar,           -- JSON
    report varchar,             -- JSON: the whole ExportReport
    created_at timestamp
);

-- writer: prove. One experiment on whether refinement helps; its files lie in WORKSPACE/prove/<proof>/.
create table if not exists proof (
    proof integer primary key,  -- 1, 2, ...
    run integer, plan integer,  -- plan: null for all plans of the run
    fingerprint varchar,        -- of the design: everything that decides the numbers
    design varchar,             -- JSON: the whole design.json
    created_at timestamp
);

-- writer: prove. What an arm trains on with one seed.
create table if not exists proof_arm (
    proof integer, arm varchar, seed integer,
    instances bigint,           -- real rows, copies counted
    synthetic bigint,           -- candidates
    questions bigint            -- of all of these rows, copies counted
);

-- writer: prove. The mean over the test questions of one trial, by rarity and kind of question.
create table if not exists proof_result (
    proof integer, arm varchar, seed integer,
    learning_rate double,       -- a factor of the model's own
    budget varchar,             -- 'steps' or 'epochs'
    rarity varchar,             -- 'unseen', 'few', 'tail', 'mid', 'head'; null: asks about no entity
    kind varchar,               -- form of question
    n bigint,                   -- questions
    score double,               -- of the questions with short answers; null without any
    nll double                  -- nats per word of the right answer
);

-- writer: jobs. Long work started from the app.
create table if not exists job (
    job integer primary key, kind varchar, title varchar,
    state varchar,              -- 'running', 'done', 'failed', 'cancelled', 'interrupted'
    done bigint, total bigint, message varchar,
    outcome varchar,            -- JSON of the report, or the error's sentence and next step
    started_at timestamp, finished_at timestamp
);
