var e=Object.defineProperty,t=(t,n)=>{let r={};for(var i in t)e(r,i,{get:t[i],enumerable:!0});return n||e(r,Symbol.toStringTag,{value:`Module`}),r},n=globalThis,r=n.ShadowRoot&&(n.ShadyCSS===void 0||n.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,i=Symbol(),a=/* @__PURE__ */ new WeakMap,o=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==i)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(r&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=a.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&a.set(t,e))}return e}toString(){return this.cssText}},s=e=>new o(typeof e==`string`?e:e+``,void 0,i),c=(e,...t)=>new o(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,i),l=(e,t)=>{if(r)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let r of t){let t=document.createElement(`style`),i=n.litNonce;i!==void 0&&t.setAttribute(`nonce`,i),t.textContent=r.cssText,e.appendChild(t)}},u=r?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return s(t)})(e):e,{is:d,defineProperty:f,getOwnPropertyDescriptor:ee,getOwnPropertyNames:te,getOwnPropertySymbols:ne,getPrototypeOf:re}=Object,ie=globalThis,p=ie.trustedTypes,ae=p?p.emptyScript:``,oe=ie.reactiveElementPolyfillSupport,se=(e,t)=>e,m={toAttribute(e,t){switch(t){case Boolean:e=e?ae:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},ce=(e,t)=>!d(e,t),h={attribute:!0,type:String,converter:m,reflect:!1,useDefault:!1,hasChanged:ce};Symbol.metadata??=Symbol(`metadata`),ie.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var g=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=h){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&f(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=ee(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??h}static _$Ei(){if(this.hasOwnProperty(se(`elementProperties`)))return;let e=re(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(se(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(se(`properties`))){let e=this.properties,t=[...te(e),...ne(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(u(e))}else e!==void 0&&t.push(u(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return l(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?m:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?m:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??ce)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};g.elementStyles=[],g.shadowRootOptions={mode:`open`},g[se(`elementProperties`)]=/* @__PURE__ */ new Map,g[se(`finalized`)]=/* @__PURE__ */ new Map,oe?.({ReactiveElement:g}),(ie.reactiveElementVersions??=[]).push(`2.1.2`);var le=globalThis,ue=e=>e,de=le.trustedTypes,_=de?de.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,fe=`$lit$`,v=`lit$${Math.random().toFixed(9).slice(2)}$`,pe=`?`+v,me=`<${pe}>`,he=document,y=()=>he.createComment(``),ge=e=>e===null||typeof e!=`object`&&typeof e!=`function`,_e=Array.isArray,ve=e=>_e(e)||typeof e?.[Symbol.iterator]==`function`,ye=`[ 	
\f\r]`,be=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,xe=/-->/g,Se=/>/g,Ce=RegExp(`>|${ye}(?:([^\\s"'>=/]+)(${ye}*=${ye}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),we=/'/g,b=/"/g,Te=/^(?:script|style|textarea|title)$/i,Ee=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),x=Ee(1),De=Ee(2),Oe=Symbol.for(`lit-noChange`),S=Symbol.for(`lit-nothing`),ke=/* @__PURE__ */ new WeakMap,Ae=he.createTreeWalker(he,129);function je(e,t){if(!_e(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return _===void 0?t:_.createHTML(t)}var C=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=be;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===be?c[1]===`!--`?o=xe:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=Ce):(Te.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=Ce):o=Se:o===Ce?c[0]===`>`?(o=i??be,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?Ce:c[3]===`"`?b:we):o===b||o===we?o=Ce:o===xe||o===Se?o=be:(o=Ce,i=void 0);let d=o===Ce&&e[t+1].startsWith(`/>`)?` `:``;a+=o===be?n+me:l>=0?(r.push(s),n.slice(0,l)+fe+n.slice(l)+v+d):n+v+(l===-2?t:d)}return[je(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},Me=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=C(t,n);if(this.el=e.createElement(l,r),Ae.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=Ae.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(fe)){let t=u[o++],n=i.getAttribute(e).split(v),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Fe:r[1]===`?`?Ie:r[1]===`@`?Le:Pe}),i.removeAttribute(e)}else e.startsWith(v)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Te.test(i.tagName)){let e=i.textContent.split(v),t=e.length-1;if(t>0){i.textContent=de?de.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],y()),Ae.nextNode(),c.push({type:2,index:++a});i.append(e[t],y())}}}else if(i.nodeType===8){if(i.data===pe)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(v,e+1))!==-1;)c.push({type:7,index:a}),e+=v.length-1}}a++}}static createElement(e,t){let n=he.createElement(`template`);return n.innerHTML=e,n}};function w(e,t,n=e,r){if(t===Oe)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=ge(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=w(e,i._$AS(e,t.values),i,r)),t}var Ne=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??he).importNode(t,!0);Ae.currentNode=r;let i=Ae.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new T(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Re(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=Ae.nextNode(),a++)}return Ae.currentNode=he,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},T=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=S,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=w(this,e,t),ge(e)?e===S||e==null||e===``?(this._$AH!==S&&this._$AR(),this._$AH=S):e!==this._$AH&&e!==Oe&&this._(e):e._$litType$===void 0?e.nodeType===void 0?ve(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==S&&ge(this._$AH)?this._$AA.nextSibling.data=e:this.T(he.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=Me.createElement(je(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new Ne(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=ke.get(e.strings);return t===void 0&&ke.set(e.strings,t=new Me(e)),t}k(t){_e(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(y()),this.O(y()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=ue(e).nextSibling;ue(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},Pe=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=S,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=S}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=w(this,e,t,0),a=!ge(e)||e!==this._$AH&&e!==Oe,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=w(this,r[n+o],t,o),s===Oe&&(s=this._$AH[o]),a||=!ge(s)||s!==this._$AH[o],s===S?e=S:e!==S&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===S?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Fe=class extends Pe{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===S?void 0:e}},Ie=class extends Pe{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==S)}},Le=class extends Pe{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=w(this,e,t,0)??S)===Oe)return;let n=this._$AH,r=e===S&&n!==S||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==S&&(n===S||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Re=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){w(this,e)}},ze=le.litHtmlPolyfillSupport;ze?.(Me,T),(le.litHtmlVersions??=[]).push(`3.3.3`);var Be=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new T(t.insertBefore(y(),e),e,void 0,n??{})}return i._$AI(e),i},E=globalThis,D=class extends g{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Be(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return Oe}};D._$litElement$=!0,D.finalized=!0,E.litElementHydrateSupport?.({LitElement:D});var Ve=E.litElementPolyfillSupport;Ve?.({LitElement:D}),(E.litElementVersions??=[]).push(`4.2.2`);var O=e=>(t,n)=>{n===void 0?customElements.define(e,t):n.addInitializer(()=>{customElements.define(e,t)})},He={attribute:!0,type:String,converter:m,reflect:!1,hasChanged:ce},Ue=(e=He,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function k(e){return(t,n)=>typeof n==`object`?Ue(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function A(e){return k({...e,state:!0,attribute:!1})}var We=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function Ge(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return We(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return We(n,r,{get(){return a(this)}})}}var j=class extends Error{constructor(e,t,n,r,i){super(n),this.status=e,this.code=t,this.detail=n,this.faults=r,this.retryAfter=i}},Ke=class extends Error{},M=class extends Error{},qe=e=>e instanceof j&&(e.status===429||e.status===503),Je=4,N=10,P=class{#e;#t;constructor(e,t){this.base=e,this.getToken=t,this.#e=null,this.#t=!1,this.whenBusy=/* @__PURE__ */ new Set,this.get=(e,t={})=>this.#n(`get`,e,t),this.post=(e,t={})=>this.#n(`post`,e,t),this.put=(e,t={})=>this.#n(`put`,e,t),this.delete=(e,t={})=>this.#n(`delete`,e,t),this.#s=null}async#n(e,t,n){let r={method:e.toUpperCase(),body:n.body===void 0?void 0:JSON.stringify(n.body),headers:{...n.body===void 0?{}:{"Content-Type":`application/json`},...n.headers},signal:n.signal};return this.ask(Ye(t,n),r,e=>e.status===204?void 0:e.json())}async ask(e,t,n){let r=await this.#r(e,t);return Xe(t.signal,async()=>await n(r))}async#r(e,t){for(let n=1,r=!1;;n++){let i=await this.#i(e,t);if(i.ok||i.status===304)return i;if(i.status===401){if(this.#e=null,this.#t=!0,r)throw new M;r=!0;continue}let a=await Ze(i),o=a.retryAfter??N;if(!qe(a)||n>=Je||o>N)throw a;await this.#a(o,t.signal)}}async#i(e,t){let n=new Headers(t.headers);n.set(`Authorization`,`Bearer ${await this.#c()}`);let r={...t,headers:n,credentials:`omit`,cache:`no-store`};return Xe(t.signal,()=>fetch(this.base+e,r))}async#a(e,t){try{for(let n=e;n>0;n--)this.#o(n),await Qe(Math.min(n,1)*1e3,t)}finally{this.#o(0)}}#o(e){for(let t of this.whenBusy)t(e)}#s;async#c(){if(this.#e!==null)return this.#e;try{this.#s??=this.getToken(this.#t).finally(()=>this.#s=null);let e=await this.#s;if(!/^[\x21-\x7e]+$/.test(e))throw new M;return this.#t=!1,this.#e=e}catch{throw new M}}};function Ye(e,t){let n=e.replace(/\{(\w+)\}/g,(e,n)=>encodeURIComponent(t.path?.[n]??``)),r=new URLSearchParams;for(let[e,n]of Object.entries(t.query??{}))n!=null&&n!==``&&r.set(e,String(n));return r.size?`${n}?${r}`:n}async function Xe(e,t){try{return await t()}catch(t){throw e?.aborted?t:new Ke}}async function Ze(e){let t=await e.json().catch(()=>({})),n=e.status===503||e.status===429;if(!t.code&&e.status>=500&&!n)throw new Ke;let r=Number(e.headers.get(`Retry-After`)??NaN);return new j(e.status,t.code??`unexplained`,t.detail||t.title||``,t.errors??[],Number.isFinite(r)?r:null)}function Qe(e,t){return new Promise((n,r)=>{let i=()=>{clearTimeout(a),r(t.reason)},a=setTimeout(()=>{t?.removeEventListener(`abort`,i),n()},e);t?.addEventListener(`abort`,i,{once:!0})})}var $e=()=>Array.from(crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``),et=5e3,tt=15e3,nt=/* @__PURE__ */ new Set([`completed`,`cancelled`,`expired`]);async function rt(e,t,n,r){let i={batch:null,tag:``};for(let a=0;!r.aborted;)try{await F(e,t,i,r),a=0,n.changed(i.batch),i.batch.finished_at?await Qe(et,r):await it(e,t,i,n,r)}catch(e){if(r.aborted||(n.lost(e),e instanceof M||e instanceof j&&e.status<500&&e.status!==429))return;await Qe(Math.min(1e3*2**a++,tt),r).catch(()=>{})}}async function F(e,t,n,r){let i=n.tag?{"If-None-Match":n.tag}:{};await e.ask(`/mass-replies/${t}`,{headers:i,signal:r},async e=>{e.status!==304&&(n.batch=await e.json(),n.tag=e.headers.get(`ETag`)??``)})}async function it(e,t,n,r,i){let a=new AbortController,o={headers:{Accept:`text/event-stream`},signal:AbortSignal.any([i,a.signal])};try{await e.ask(`/mass-replies/${t}/events?deliveries=false`,o,async e=>{for await(let t of at(e.body)){let e=JSON.parse(t);if(e.status!==n.batch.status)return;n.batch={...n.batch,...e},r.changed(n.batch)}})}finally{a.abort()}}async function*at(e){let t=e.pipeThrough(new TextDecoderStream).getReader(),n=``;for(;;){let{value:e,done:r}=await t.read();if(r)return;let i=(n+e).split(`

`);n=i.pop();for(let e of i){let t=e.split(`
`).filter(e=>e.startsWith(`data: `));t.length&&(yield t.map(e=>e.slice(6)).join(`
`))}}}var ot=c`
  :host {
    --accent: var(--mass-reply-accent, light-dark(#0b57d0, #a8c7fa));
    --on-accent: var(--mass-reply-on-accent, light-dark(#fff, #0a1f44));
    --ink: var(--mass-reply-ink, light-dark(#1b1c1f, #e8e8ea));
    --soft: var(--mass-reply-soft-ink, light-dark(#5a5e66, #a9adb5));
    --paper: var(--mass-reply-paper, light-dark(#fff, #1c1d20));
    --shade: var(--mass-reply-shade, light-dark(#f4f5f7, #26282c));
    --line: var(--mass-reply-line, light-dark(#d9dbe0, #3c3f45));
    --control: light-dark(#7b808a, #8b9099);
    --danger: var(--mass-reply-danger, light-dark(#b3261e, #f2b8b5));
    --on-danger: light-dark(#fff, #601410);
    --amber: light-dark(#7a4b00, #ffcf7d);
    --amber-paper: light-dark(#fff4de, #3a2d12);
    --good: light-dark(#146c2e, #7fd99a);
    --radius: var(--mass-reply-radius, 8px);
    font: 14px/20px var(--mass-reply-font, system-ui, sans-serif);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
`,st=c`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h2 {
    font-size: 22px;
    line-height: 28px;
    font-weight: 600;
    text-wrap: balance;
  }
  h3 {
    font-size: 14px;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 36px;
    padding: 4px 14px;
    border: 1px solid var(--control);
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }
  button:where(:hover:not(:disabled)) {
    background: var(--shade);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.grave {
    background: var(--danger);
    border-color: var(--danger);
    color: var(--on-danger);
    font-weight: 600;
    font-size: 16px;
    padding: 8px 20px;
  }
  button.main:hover:not(:disabled),
  button.grave:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.plain {
    border-color: transparent;
    background: none;
    padding: 4px 8px;
  }
  button.plain:hover:not(:disabled) {
    background: var(--shade);
  }
  button.stop {
    color: var(--danger);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file']),
  textarea,
  select {
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    padding: 7px 10px;
    min-height: 38px;
    max-width: 100%;
  }
  input[type='number'] {
    width: 88px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.choice {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 32px;
  }
  .soft {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .note {
    border-left: 4px solid var(--control);
    background: var(--shade);
    padding: 8px 12px;
    border-radius: var(--radius);
  }
  .note.amber {
    border-color: var(--amber);
    background: var(--amber-paper);
  }
  .note.bad {
    border-color: var(--danger);
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 12px;
  }
  .bubble {
    background: var(--shade);
    border-radius: var(--radius);
    padding: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  details > summary {
    cursor: pointer;
    min-height: 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 600;
    color: var(--soft);
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  td button {
    min-height: 28px;
    padding: 0 8px;
    margin: -4px 0;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 320px;
  }
  .mail {
    width: 100%;
    height: 180px;
    resize: vertical;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: #fff;
    color-scheme: light;
  }
  mass-reply-people:empty {
    display: none;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,ct=c`
  dialog {
    width: min(1080px, 100vw);
    height: min(780px, 100dvh);
    max-width: none;
    max-height: none;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    background: var(--paper);
    color: inherit;
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  .part {
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .options {
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .indent {
    padding-left: 26px;
  }
  .options .row {
    padding: 2px 0;
  }
  .options p:last-child {
    padding-top: 8px;
  }
  .unseen {
    visibility: hidden;
  }
  .inner {
    padding: 8px 0 8px 16px;
  }
  .pager {
    padding: 8px 0;
  }
  .lower {
    align-self: end;
  }
  .people li {
    display: flex;
    gap: 8px;
    padding: 4px 0;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details[open] > .line {
    white-space: normal;
  }
  .top h2 {
    font-size: 26px;
    line-height: 32px;
  }
  h2:focus {
    outline: none;
  }
  .sheet {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 16px;
    padding: 20px 24px 12px;
    border-bottom: 1px solid var(--line);
  }
  .under {
    grid-column: 1 / -1;
    min-height: 24px;
  }
  .body {
    overflow: auto;
    padding: 16px 24px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: center;
    justify-content: flex-end;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: var(--paper);
  }
  .foot .say {
    flex: 1 1 200px;
  }
  .columns {
    display: grid;
    gap: 24px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .text {
    position: relative;
  }
  .text textarea {
    display: block;
    width: 100%;
    min-height: 176px;
    resize: vertical;
  }
  .listbox {
    position: absolute;
    inset: auto 8px 8px;
    max-height: 150px;
    overflow: auto;
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.2);
  }
  .listbox li {
    padding: 6px 12px;
    cursor: pointer;
    display: flex;
    gap: 12px;
  }
  .listbox li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .listbox [aria-selected='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .preview .bubble {
    height: 176px;
    overflow: auto;
  }
  [role='tablist'] {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  [role='tab'] {
    min-height: 32px;
    border-color: transparent;
    background: none;
    padding: 2px 10px;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .big {
    font-size: 28px;
    line-height: 36px;
    font-weight: 650;
  }
  .samples {
    display: grid;
    gap: 12px;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
  }
  .samples .bubble {
    max-height: 200px;
    overflow: auto;
  }
  .bar {
    display: grid;
    grid-template-columns: 88px minmax(60px, 1fr) minmax(0, 2fr);
    gap: 4px 12px;
    align-items: center;
    min-height: 32px;
  }
  .bar svg {
    width: 100%;
    height: 12px;
    border-radius: 6px;
    background: var(--line);
    display: block;
  }
  .bar .reached {
    fill: var(--accent);
  }
  .bar .failed {
    fill: var(--danger);
  }
  .bar .uncertain {
    fill: var(--amber);
  }
  .bar .skipped {
    fill: var(--control);
  }
  .field {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  @media (max-width: 720px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    .columns {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .top {
      padding: 12px 16px 8px;
    }
    .body {
      padding: 12px 16px;
    }
    .foot {
      padding: 8px 16px;
    }
    .top h2 {
      font-size: 20px;
      line-height: 26px;
    }
    .bar {
      grid-template-columns: 80px minmax(0, 1fr);
    }
    .bar > :last-child {
      grid-column: 1 / -1;
    }
  }
`,lt=/* @__PURE__ */ t({batch_statuses:()=>pt,channels:()=>dt,codes:()=>gt,preflight_warnings:()=>ht,problems:()=>_t,reasons:()=>mt,sentences:()=>ut,statuses:()=>ft,tags:()=>I}),ut={will_get:{one:`{n} of {of} conversations will get this message`,other:`{n} of {of} conversations will get this message`},will_get_all:{one:`1 conversation will get this message`,other:`All {n} conversations will get this message`},opening:`One moment …`,not_opened:`This could not be opened yet.`,not_counted:`The conversations could not be counted yet.`,counting:`Counting the conversations …`,selected_only:{one:`1 conversation is selected`,other:`{n} conversations are selected`},counted_on_review:`Who can be reached is worked out on Review.`,nobody_left_out:`Nobody is left out.`,left_out:{one:`1 will not get it`,other:`{n} will not get it`},review:`Review`,back:`Back`,close:`Close`,send_to:{one:`Send to 1 conversation`,other:`Send to {n} conversations`},cannot_be_recalled:`This cannot be recalled once it is sent.`,message:`Message`,message_hint:`Type / for a snippet.`,preview:`Preview`,preview_empty:`Write a text to see it as a customer gets it.`,preview_nobody:`Nobody of those shown would get this text.`,previous:`Previous recipient`,next:`Next recipient`,place_of:`{i} of {n}`,to:`To {name}`,unnamed:`a customer without a name`,insert_tag:`Insert a value`,insert:`Insert`,if_missing:`If it is missing, write`,snippets:`Snippets`,attach:`Attach a file`,attaching:`Uploading {name} …`,remove:`Remove {name}`,without_file:`goes without the file`,with_file:`goes with the file`,options:`Options`,mark_as_done:`Mark as Done when it is sent`,hold:`Hold for 30 s so that it can be undone`,schedule:`Send later`,schedule_at:`Date and time`,sample:`First a sample of`,sample_unit:`then wait for me`,blank:`Where a value is missing, leave it blank and send`,blank_hint:`Otherwise these people are left out.`,template:`WhatsApp template for closed windows`,template_name:`Name of the approved template`,template_language:`Language`,template_parameters:`Values, one a line`,segments:{one:`1 SMS segment`,other:`{n} SMS segments`},used_of_bytes:`{used} of {n} bytes`,used_of_characters:`{used} of {n} characters`,warnings:`Good to know`,confirm_title:{one:`1 conversation will get this message`,other:`{n} conversations will get this message`},changed:`It was {before} when you looked before; it is {n} now.`,changed_more:{one:`One more than before.`,other:`{n} more than before.`},changed_less:{one:`One fewer than before.`,other:`{n} fewer than before.`},frozen:`The selection is frozen: exactly these get it, whatever changes meanwhile.`,text_for:`What they will read`,costs:`What it costs`,costs_nothing:`No billed messages.`,cost_sms:{one:`1 SMS segment`,other:`{n} SMS segments`},cost_whatsapp:{one:`1 WhatsApp message inside the window`,other:`{n} WhatsApp messages inside the window`},cost_template:{one:`1 WhatsApp template message`,other:`{n} WhatsApp template messages`},type_number:`Type {n} to confirm the number`,expires:`Confirm until {time}.`,preparing:{one:`Preparing 1 conversation …`,other:`Preparing {n} conversations …`},preparing_of:`Preparing: {done} of {n}`,preparing_hint:`You can close this; it goes on.`,will_hold:`It is held for 30 s first, and can be undone.`,will_schedule:`It is sent on {time}.`,will_sample:{one:`One goes first; the others wait for you.`,other:`{n} go first; the others wait for you.`},will_mark_done:`The conversations are marked as Done.`,in_name_of:`It goes out in the name of {name}.`,will_ask:`A second person must approve it first.`,asks_above:{one:`Above 1 recipient a second person must approve.`,other:`Above {n} recipients a second person must approve.`},expired:`This was not confirmed in time. Nothing was sent.`,review_again:`Review again`,undo:`Undo`,sends_in:`Sends in {n} s`,sends_at:`Sends on {time}`,sending:`Sending: {done} of {n}`,you_can_close:`You can close this; it goes on.`,pause:`Pause`,resume:`Go on`,stop:`Stop for good`,stop_sure:`Stop for good? What is not sent yet will never be sent.`,keep_sending:`Keep sending`,paused_person:`Paused.`,paused_sample:{one:`The sample is sent. One other waits.`,other:`The sample is sent. {n} others wait.`},paused_failures:`Paused, because many failed. Look at the reasons before you go on.`,paused_account:`Paused: an account cannot send.`,go_on_with:{one:`Go on with the other one`,other:`Go on with the other {n}`},sent_to:{one:`Sent to 1.`,other:`Sent to {n}.`},n_failed:{one:`1 failed.`,other:`{n} failed.`},n_unknown:{one:`1 is not known.`,other:`{n} are not known.`},n_cancelled:{one:`1 was not sent.`,other:`{n} were not sent.`},undone:`Undone. Nothing was sent.`,waits:`{channel} waits: {reason}`,waits_until:`{channel} waits until {time}: {reason}`,try_again:`Try again`,awaits_approval:`Waits for a second person`,awaits_approval_hint:{one:`Somebody else must approve it before 1 conversation gets this message.`,other:`Somebody else must approve it before {n} conversations get this message.`},approve:{one:`Approve sending to 1 conversation`,other:`Approve sending to {n} conversations`},reject:`Reject`,reject_reason:`Why not?`,rejected_by:`{name} rejected it: {reason}`,rejected_title:`Rejected. Nothing was sent.`,asked_by:`{name} wants to send this`,withdraw:`Withdraw`,results:`Results`,retry_hint:`Only failures that may pass are sent again.`,retry_n:{one:`Try 1 again`,other:`Try {n} again`},retry_none:`None of these can pass by itself, so trying again would not help.`,export:`Export as CSV`,follow_up:`Write to those who got it`,follow_up_failed:`Write to those who did not`,not_again:`It is not sent again by itself.`,mark:`What happened to the ticked ones?`,mark_sent:`They were sent`,mark_not_sent:`They were not sent`,mark_again:`Not sent: send again`,mark_risk:`If it arrived after all, the customer gets it twice.`,mark_why:`How do you know?`,settling:`can be decided from {time}`,find:`Find a customer`,tick_shown:{one:`Tick the one shown`,other:`Tick the {n} shown`},pages:`Pages`,page_back:`Back`,page_on:`Next`,page_of:`{range} of {n}`,loading:`Loading …`,nothing_here:`Nothing here.`,by_channel:`By channel`,offline:`No connection. Nothing is lost: it goes on. This shows the last known state of {time}.`,offline_write:`No connection. Your text is kept.`,unreachable:`The service does not answer. Nothing was changed, as far as this page knows.`,no_answer:`The service does not answer.`,session_over:`Your session is over. Your text is kept.`,session_over_watch:`Your session is over. What is being sent goes on.`,sign_in_again:`Sign in again`,session_ended:`Your session is over`,busy:`The service is busy. Trying again in {n} s …`,overloaded:`The service has too much to do just now. Wait a little, then try again.`,no_permission:`Your role can look at conversations, not send mass replies.`,empty_selection:`No conversation matches this selection.`,nothing_to_send:`Nobody of those selected can get this message.`,discard_title:`Throw the text away?`,discard:`Throw away`,keep:`Keep writing`,keep_for_later:`Keep for later`,draft_kept:`Your draft of {time} is here again.`,failed_action:`That did not work: {detail}`,nav_conversations:`Conversations`,nav_mass_replies:`Mass replies`,nav_accounts:`Accounts`,nav_settings:`Settings`,sign_in:`Sign in`,sign_out:`Sign out`,sign_in_hint:`With an API key, or a token of your helpdesk.`,key:`Key or token`,in_memory:`It is kept in memory only: a reload asks again.`,key_refused:`This key or token is not accepted.`,total:{one:`1 conversation`,other:`{n} conversations`},tick_page:`Tick this page`,contact:`Customer`,col_channel:`Channel`,col_state:`State`,col_time:`When`,col_who:`Who`,any:`Any`,filter:`Filter by`,filters:`Filters`,filter_value:`Value`,filter_add:`Add`,filter_hint:`several with commas, or channel:sms`,filter_tag:`Tags, all of`,filter_tag_any:`Tags, any of`,filter_tag_none:`Tags, none of`,filter_channel:`Channel`,filter_status:`Status`,filter_engagement:`Whose turn`,filter_team:`Team`,filter_assignee:`Assignee`,filter_contact:`Customer’s id`,filter_subject:`Subject contains`,filter_written_from:`Customer wrote since`,filter_written_to:`Customer wrote before`,filter_created_from:`Created since`,filter_created_to:`Created before`,filter_field:`Custom field`,filter_json:`Filter as JSON`,and:`and`,or:`or`,not_json:`This is not valid JSON.`,no_match:`No conversation matches these filters.`,no_conversations:`There are no conversations yet. Import some, and they appear here.`,clear:`Clear filters`,bulk:`What is ticked`,n_selected:{one:`1 selected`,other:`{n} selected`},all_matching:`All {n} matching`,clear_selection:`Clear`,mass_reply:`Mass reply`,tick_hint:`Tick conversations to write to them at once.`,dispatched:{one:`Dispatched to 1 conversation.`,other:`Dispatched to {n} conversations.`},look:`See what becomes of it`,thread:`Conversation`,recipients:`Recipients`,open_dialog:`Open`,by_at:`{name}, {time}`,html_part:`As HTML, for e-mail and chat`,selected_by:`Selected by`,counts:`Numbers`,sum:`selected`,log:`Who did what`,needs_admin:`Only an administrator sees this.`,no_accounts:`There is no account yet. Without one nothing can be sent.`,per_second:{one:`1 a second`,other:`{n} a second`},callback_address:`Callback address, to enter at the provider`,copy:`Copy the address`,copied:`Copied`,test:`Test`,setup_postmark:`Postmark: under Servers, Webhooks, add this address for delivery, bounce and spam complaint.`,setup_sendgrid:`SendGrid: under Settings, Mail Settings, Event Webhook, enter this address and turn on signing.`,setup_smtp:`SMTP: nothing to enter; a mail server reports nothing later.`,setup_twilio:`Twilio: under the number or the messaging service, enter this address for incoming messages.`,setup_whatsapp_cloud:`Meta: in the app, under WhatsApp, Configuration, enter this address and your verify token.`,setup_meta:`Meta: in the app, under Messenger or Instagram, Webhooks, enter this address and your verify token.`,setup_webchat:`Web chat is built in: nothing to enter.`,setup_webhook:`Your own endpoint reports to this address, signed with the shared secret.`,setup_other:`Enter this address at the provider.`,guards:`Guards`,guard_approval_above:`A second person above so many recipients`,guard_max_per_contact_per_day:`Most messages to one customer in 24 h`,guard_inactive_after_days:`Inactive after so many days`,guard_agent:`Most recipients for agents`,guard_once:`Only one message to a customer with several conversations`,guard_skip:`Leave inactive conversations out`,save:`Save`,is_saved:`Saved.`,shortcode:`Shortcode`,snippet_text:`Text`,rules:`Rules`,webhooks:`Webhooks`,keys:`API keys`,no_mass_replies:`Nothing has been sent yet. Tick conversations to write the first mass reply.`,n_left:{one:`1 left`,other:`{n} left`},really:`Really: {what}`,keep_it:`Keep it`,shown_once:`This is shown once. Copy it now.`,secret:`Secret`,was_over:`ended {time}`,is_over:`until {time}`,never_used:`never used`,replace:`Make a new one`,revoke:`Revoke`,new_key:`New key`,name:`Name`,role:`Role`,agent_id:`Agent’s id`,agent_name:`Agent’s name`,ends_on:`Ends on`,create:`Create`,all_events:`all events`,n_wait:{one:`1 event waits`,other:`{n} events wait`},turn_on:`Turn on`,turn_off:`Turn off`,rotate:`New secret`,delete:`Delete`,edit:`Edit`,new_webhook:`New webhook`,new_rule:`New rule`,rule_text:`The rule, as JSON`,rule_failing:`✕ fails`,is_on:`● on`,is_off:`○ off`,short_name:`Short name`,address:`Address`,events:`Events`,revoked:`revoked`},dt={email:`E-mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Voice`,facebook:`Messenger`,instagram:`Instagram`,other:`Other`},ft={queued:`waiting`,sending:`being sent`,sent:`sent`,delivered:`delivered`,read:`read`,failed:`failed`,uncertain:`not known`,skipped:`left out`,cancelled:`not sent`},pt={preparing:`Being prepared`,awaiting_confirmation:`Not confirmed yet`,awaiting_approval:`Waits for a second person`,scheduled:`Scheduled`,sending:`Sending`,paused:`Paused`,completed:`Finished`,cancelled:`Stopped`,expired:`Expired`},mt={voice_not_supported:`voice calls cannot be answered with a text`,no_address:`there is no address to write to`,address_invalid:`the address is not valid`,opted_out:`they asked for no more messages`,window_closed:`the time to answer on this channel is over`,merge_tag_unresolved:`a value in the text is missing for them`,message_too_long:`the text is too long for the channel`,no_channel_account:`there is no account to send from`,conversation_archived:`the conversation is archived or gone`,duplicate_contact:`the same person gets it in another conversation`,inactive_conversation:`they have not written for long`,contact_limit:`they got as many messages today as are allowed`,invalid_recipient:`the provider says that the address is not valid`,blocked:`they have blocked us`,bounced:`the mail came back`,complained:`they reported us as spam`,unreachable:`the provider could not reach them`,content_rejected:`the provider refused the content`,template_rejected:`the provider refused the template`,provider_rejected:`the provider refused it`,too_late:`it could not be sent in time`,marked_not_sent:`somebody marked it as not sent`,answer_lost:`the provider’s answer was lost`,worker_lost:`sending was cut off in the middle`,cancelled:`it was stopped before its turn`,expired:`it was not confirmed in time`,rejected:`the second person rejected it`},ht={attachment_dropped:`without the file, which this channel does not carry`,sent_as_template:`with the approved template, for the time to answer is over`,inactive_conversation:`to people who have not written for long`,duplicate_contact:`to people who get it more than once`,recent_mass_reply:`to people who got another mass reply within a day`,multiple_segments:`as more than one SMS segment, each billed`,unknown_snippet:`with a /shortcode that names no snippet`},I={"contact.first_name":`First name`,"contact.name":`Full name`,"contact.email":`E-mail address`,"conversation.human_id":`Reference`,"conversation.subject":`Subject`,"agent.name":`Your name`,"agent.email":`Your e-mail address`,"tenant.name":`Company`},gt={"status.active":`Active`,"status.snoozed":`Snoozed`,"status.done":`Done`,"status.archived":`Archived`,"engagement.pending":`Ours`,"engagement.engaged":`The customer’s`,"kind.customer_message":`Customer`,"kind.reply":`Reply`,"kind.system_note":`Note`,"kind.system_error":`Error`,"account.ready":`● ready`,"account.cooling":`◐ waits`,"account.paused":`◼ paused`,"account.disabled":`○ off`,"credentials.ok":`✓ Works.`,"credentials.refused":`✕ Refused.`,"credentials.unknown":`? Not known.`,"callbacks.verified":`Callbacks come in`,"callbacks.not_verified":`The last callback was not the provider’s`,"callbacks.none_yet":`No callback yet`,"action.mass_reply.created":`Created`,"action.mass_reply.confirmed":`Confirmed`,"action.mass_reply.approved":`Approved`,"action.mass_reply.rejected":`Rejected`,"action.mass_reply.paused":`Paused`,"action.mass_reply.lane_stopped":`An account stopped`,"action.mass_reply.resumed":`Resumed`,"action.mass_reply.cancelled":`Stopped`,"action.mass_reply.expired":`Expired`,"action.mass_reply.retried":`Tried again`,"action.mass_reply.resolved":`Settled by hand`,"action.mass_reply.purged":`Purged`,"action.channel_account.saved":`Account saved`,"action.channel_account.paused":`Account paused`,"action.channel_account.callback_rotated":`Callback address replaced`,"action.channel_account.deleted":`Account deleted`,"action.api_key.issued":`Key made`,"action.api_key.revoked":`Key revoked`,"action.settings.changed":`Guards changed`,"action.snippet.saved":`Snippet saved`,"action.snippet.deleted":`Snippet deleted`,"action.automation_rule.saved":`Rule saved`,"action.automation_rule.deleted":`Rule deleted`,"action.webhook_endpoint.saved":`Webhook saved`,"action.webhook_endpoint.deleted":`Webhook deleted`,"action.webhook_endpoint.replayed":`Webhook replayed`,"action.contact.erased":`Customer erased`,"action.blocked_address.lifted":`Address unblocked`,"action.purge.ran":`Old data purged`,"action.access.forbidden":`Access refused`,"action.credential.refused":`Credential refused`,"lane.idle":`○ not begun`,"lane.sending":`● sending`,"lane.cooling":`◐ waits`,"lane.paused":`◼ paused`,"lane.done":`✓ done`,"endpoint.active":`● works`,"endpoint.retrying":`◐ tries again`,"endpoint.disabled":`✕ given up`,"endpoint.off":`○ off`},_t={unexplained:`The service refused it and did not say why.`},vt=/* @__PURE__ */ t({batch_statuses:()=>St,channels:()=>bt,codes:()=>Et,preflight_warnings:()=>wt,problems:()=>Dt,reasons:()=>Ct,sentences:()=>yt,statuses:()=>xt,tags:()=>Tt}),yt={will_get:{one:`{n} von {of} Unterhaltungen bekommt diese Nachricht`,other:`{n} von {of} Unterhaltungen bekommen diese Nachricht`},will_get_all:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`Alle {n} Unterhaltungen bekommen diese Nachricht`},opening:`Einen Moment …`,not_opened:`Das ließ sich noch nicht öffnen.`,not_counted:`Die Unterhaltungen ließen sich noch nicht zählen.`,counting:`Die Unterhaltungen werden gezählt …`,selected_only:{one:`1 Unterhaltung ist ausgewählt`,other:`{n} Unterhaltungen sind ausgewählt`},counted_on_review:`Wer erreichbar ist, wird beim Prüfen ermittelt.`,nobody_left_out:`Niemand wird ausgelassen.`,left_out:{one:`1 bekommt sie nicht`,other:`{n} bekommen sie nicht`},review:`Prüfen`,back:`Zurück`,close:`Schließen`,send_to:{one:`An 1 Unterhaltung senden`,other:`An {n} Unterhaltungen senden`},cannot_be_recalled:`Einmal gesendet, lässt sich das nicht zurückholen.`,message:`Nachricht`,message_hint:`/ öffnet Textbausteine.`,preview:`Vorschau`,preview_empty:`Schreiben Sie einen Text, um ihn zu sehen, wie ein Kunde ihn bekommt.`,preview_nobody:`Niemand der Gezeigten bekäme diesen Text.`,previous:`Voriger Empfänger`,next:`Nächster Empfänger`,place_of:`{i} von {n}`,to:`An {name}`,unnamed:`einen Kunden ohne Namen`,insert_tag:`Wert einfügen`,insert:`Einfügen`,if_missing:`Wenn er fehlt, schreibe`,snippets:`Textbausteine`,attach:`Datei anhängen`,attaching:`{name} wird hochgeladen …`,remove:`{name} entfernen`,without_file:`geht ohne die Datei`,with_file:`geht mit der Datei`,options:`Einstellungen`,mark_as_done:`Nach dem Senden als erledigt markieren`,hold:`30 s zurückhalten, damit es sich rückgängig machen lässt`,schedule:`Später senden`,schedule_at:`Tag und Uhrzeit`,sample:`Zuerst eine Stichprobe von`,sample_unit:`dann auf mich warten`,blank:`Fehlt ein Wert, leer lassen und senden`,blank_hint:`Sonst werden diese Personen ausgelassen.`,template:`WhatsApp-Vorlage für abgelaufene Fristen`,template_name:`Name der genehmigten Vorlage`,template_language:`Sprache`,template_parameters:`Werte, einer je Zeile`,segments:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},used_of_bytes:`{used} von {n} Bytes`,used_of_characters:`{used} von {n} Zeichen`,warnings:`Gut zu wissen`,confirm_title:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`{n} Unterhaltungen bekommen diese Nachricht`},changed:`Vorhin waren es {before}; jetzt sind es {n}.`,changed_more:{one:`Eine mehr als vorher.`,other:`{n} mehr als vorher.`},changed_less:{one:`Eine weniger als vorher.`,other:`{n} weniger als vorher.`},frozen:`Die Auswahl steht fest: genau diese bekommen sie, was auch immer sich inzwischen ändert.`,text_for:`Was sie lesen werden`,costs:`Was es kostet`,costs_nothing:`Keine abgerechneten Nachrichten.`,cost_sms:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},cost_whatsapp:{one:`1 WhatsApp-Nachricht innerhalb der Frist`,other:`{n} WhatsApp-Nachrichten innerhalb der Frist`},cost_template:{one:`1 WhatsApp-Vorlage`,other:`{n} WhatsApp-Vorlagen`},type_number:`Zur Bestätigung {n} eingeben`,expires:`Bestätigen bis {time}.`,preparing:{one:`1 Unterhaltung wird vorbereitet …`,other:`{n} Unterhaltungen werden vorbereitet …`},preparing_of:`Wird vorbereitet: {done} von {n}`,preparing_hint:`Sie können das schließen; es geht weiter.`,will_hold:`Es wird zuerst 30 s zurückgehalten und lässt sich rückgängig machen.`,will_schedule:`Gesendet wird am {time}.`,will_sample:{one:`Eine geht zuerst; die anderen warten auf Sie.`,other:`{n} gehen zuerst; die anderen warten auf Sie.`},will_mark_done:`Die Unterhaltungen werden als erledigt markiert.`,in_name_of:`Gesendet wird im Namen von {name}.`,will_ask:`Zuerst muss eine zweite Person zustimmen.`,asks_above:{one:`Ab 2 Empfängern muss eine zweite Person zustimmen.`,other:`Bei mehr als {n} Empfängern muss eine zweite Person zustimmen.`},expired:`Das wurde nicht rechtzeitig bestätigt. Nichts wurde gesendet.`,review_again:`Neu prüfen`,undo:`Rückgängig`,sends_in:`Gesendet wird in {n} s`,sends_at:`Gesendet wird am {time}`,sending:`Wird gesendet: {done} von {n}`,you_can_close:`Sie können das schließen; es geht weiter.`,pause:`Anhalten`,resume:`Fortsetzen`,stop:`Endgültig stoppen`,stop_sure:`Endgültig stoppen? Was noch nicht gesendet ist, wird nie gesendet.`,keep_sending:`Weiter senden`,paused_person:`Angehalten.`,paused_sample:{one:`Die Stichprobe ist gesendet. Eine weitere wartet.`,other:`Die Stichprobe ist gesendet. {n} weitere warten.`},paused_failures:`Angehalten, weil viele gescheitert sind. Sehen Sie sich die Gründe an, bevor Sie fortsetzen.`,paused_account:`Angehalten: ein Konto kann nicht senden.`,go_on_with:{one:`Mit der anderen fortsetzen`,other:`Mit den anderen {n} fortsetzen`},sent_to:{one:`An 1 gesendet.`,other:`An {n} gesendet.`},n_failed:{one:`1 gescheitert.`,other:`{n} gescheitert.`},n_unknown:{one:`1 ungewiss.`,other:`{n} ungewiss.`},n_cancelled:{one:`1 nicht gesendet.`,other:`{n} nicht gesendet.`},undone:`Rückgängig gemacht. Nichts wurde gesendet.`,waits:`{channel} wartet: {reason}`,waits_until:`{channel} wartet bis {time}: {reason}`,try_again:`Erneut versuchen`,awaits_approval:`Wartet auf eine zweite Person`,awaits_approval_hint:{one:`Jemand anderes muss zustimmen, bevor 1 Unterhaltung diese Nachricht bekommt.`,other:`Jemand anderes muss zustimmen, bevor {n} Unterhaltungen diese Nachricht bekommen.`},approve:{one:`Senden an 1 Unterhaltung genehmigen`,other:`Senden an {n} Unterhaltungen genehmigen`},reject:`Ablehnen`,reject_reason:`Warum nicht?`,rejected_by:`{name} hat abgelehnt: {reason}`,rejected_title:`Abgelehnt. Nichts wurde gesendet.`,asked_by:`{name} möchte das senden`,withdraw:`Zurückziehen`,results:`Ergebnisse`,retry_hint:`Nur was vorübergehen kann, wird erneut gesendet.`,retry_n:{one:`1 erneut versuchen`,other:`{n} erneut versuchen`},retry_none:`Nichts davon geht von selbst vorüber; ein neuer Versuch hülfe nicht.`,export:`Als CSV exportieren`,follow_up:`An die schreiben, die sie bekamen`,follow_up_failed:`An die schreiben, die sie nicht bekamen`,not_again:`Von selbst wird es nicht erneut gesendet.`,mark:`Was ist mit den angehakten geschehen?`,mark_sent:`Sie wurden gesendet`,mark_not_sent:`Sie wurden nicht gesendet`,mark_again:`Nicht gesendet: erneut senden`,mark_risk:`Kam sie doch an, bekommt der Kunde sie zweimal.`,mark_why:`Woher wissen Sie das?`,settling:`entscheidbar ab {time}`,find:`Kunden finden`,tick_shown:{one:`Die gezeigte anhaken`,other:`Die {n} gezeigten anhaken`},pages:`Seiten`,page_back:`Zurück`,page_on:`Weiter`,page_of:`{range} von {n}`,loading:`Wird geladen …`,nothing_here:`Hier ist nichts.`,by_channel:`Nach Kanal`,offline:`Keine Verbindung. Nichts ist verloren: es geht weiter. Gezeigt wird der letzte bekannte Stand von {time}.`,offline_write:`Keine Verbindung. Ihr Text bleibt erhalten.`,unreachable:`Der Dienst antwortet nicht. Soweit diese Seite weiß, hat sich nichts geändert.`,no_answer:`Der Dienst antwortet nicht.`,session_over:`Ihre Sitzung ist abgelaufen. Ihr Text bleibt erhalten.`,session_over_watch:`Ihre Sitzung ist abgelaufen. Was gesendet wird, geht weiter.`,sign_in_again:`Erneut anmelden`,session_ended:`Ihre Sitzung ist abgelaufen`,busy:`Der Dienst ist ausgelastet. Neuer Versuch in {n} s …`,overloaded:`Der Dienst hat gerade zu viel zu tun. Warten Sie ein wenig und versuchen Sie es noch einmal.`,no_permission:`Ihre Rolle darf Unterhaltungen ansehen, aber keine Sammelantworten senden.`,empty_selection:`Keine Unterhaltung passt zu dieser Auswahl.`,nothing_to_send:`Niemand der Ausgewählten kann diese Nachricht bekommen.`,discard_title:`Den Text verwerfen?`,discard:`Verwerfen`,keep:`Weiterschreiben`,keep_for_later:`Für später behalten`,draft_kept:`Ihr Entwurf von {time} ist wieder da.`,failed_action:`Das ging nicht: {detail}`,nav_conversations:`Unterhaltungen`,nav_mass_replies:`Sammelantworten`,nav_accounts:`Konten`,nav_settings:`Einstellungen`,sign_in:`Anmelden`,sign_out:`Abmelden`,sign_in_hint:`Mit einem API-Schlüssel oder einem Token Ihres Helpdesks.`,key:`Schlüssel oder Token`,in_memory:`Er bleibt nur im Speicher: nach einem Neuladen wird wieder gefragt.`,key_refused:`Dieser Schlüssel oder dieses Token wird nicht angenommen.`,total:{one:`1 Unterhaltung`,other:`{n} Unterhaltungen`},tick_page:`Diese Seite anhaken`,contact:`Kunde`,col_channel:`Kanal`,col_state:`Stand`,col_time:`Wann`,col_who:`Wer`,any:`Alle`,filter:`Filtern nach`,filters:`Filter`,filter_value:`Wert`,filter_add:`Hinzufügen`,filter_hint:`mehrere mit Komma, oder channel:sms`,filter_tag:`Tags, alle von`,filter_tag_any:`Tags, eines von`,filter_tag_none:`Tags, keines von`,filter_channel:`Kanal`,filter_status:`Stand`,filter_engagement:`Wer ist dran`,filter_team:`Team`,filter_assignee:`Zuständig`,filter_contact:`Kennung des Kunden`,filter_subject:`Betreff enthält`,filter_written_from:`Kunde schrieb seit`,filter_written_to:`Kunde schrieb vor`,filter_created_from:`Angelegt seit`,filter_created_to:`Angelegt vor`,filter_field:`Eigenes Feld`,filter_json:`Filter als JSON`,and:`und`,or:`oder`,not_json:`Das ist kein gültiges JSON.`,no_match:`Keine Unterhaltung passt zu diesen Filtern.`,no_conversations:`Es gibt noch keine Unterhaltungen. Importierte erscheinen hier.`,clear:`Filter leeren`,bulk:`Was angehakt ist`,n_selected:{one:`1 ausgewählt`,other:`{n} ausgewählt`},all_matching:`Alle {n} passenden`,clear_selection:`Leeren`,mass_reply:`Sammelantwort`,tick_hint:`Haken Sie Unterhaltungen an, um allen zugleich zu schreiben.`,dispatched:{one:`An 1 Unterhaltung auf den Weg gebracht.`,other:`An {n} Unterhaltungen auf den Weg gebracht.`},look:`Sehen, was daraus wird`,thread:`Unterhaltung`,recipients:`Empfänger`,open_dialog:`Öffnen`,by_at:`{name}, {time}`,html_part:`Als HTML, für E-Mail und Chat`,selected_by:`Ausgewählt nach`,counts:`Zahlen`,sum:`ausgewählt`,log:`Wer was getan hat`,needs_admin:`Das sieht nur, wer verwaltet.`,no_accounts:`Es gibt noch kein Konto. Ohne Konto lässt sich nichts senden.`,per_second:{one:`1 je Sekunde`,other:`{n} je Sekunde`},callback_address:`Rückruf-Adresse, beim Anbieter einzutragen`,copy:`Adresse kopieren`,copied:`Kopiert`,test:`Prüfen`,setup_postmark:`Postmark: unter Servers, Webhooks diese Adresse für Delivery, Bounce und Spam Complaint eintragen.`,setup_sendgrid:`SendGrid: unter Settings, Mail Settings, Event Webhook diese Adresse eintragen und Signieren einschalten.`,setup_smtp:`SMTP: nichts einzutragen; ein Mailserver meldet später nichts.`,setup_twilio:`Twilio: bei der Nummer oder dem Messaging Service diese Adresse für eingehende Nachrichten eintragen.`,setup_whatsapp_cloud:`Meta: in der App unter WhatsApp, Configuration diese Adresse und Ihr Verify Token eintragen.`,setup_meta:`Meta: in der App unter Messenger oder Instagram, Webhooks diese Adresse und Ihr Verify Token eintragen.`,setup_webchat:`Der Web-Chat ist eingebaut: nichts einzutragen.`,setup_webhook:`Ihr eigener Endpunkt meldet an diese Adresse, signiert mit dem gemeinsamen Geheimnis.`,setup_other:`Tragen Sie diese Adresse beim Anbieter ein.`,guards:`Grenzen`,guard_approval_above:`Zweite Person ab mehr Empfängern als`,guard_max_per_contact_per_day:`Höchstens so viele an einen Kunden in 24 h`,guard_inactive_after_days:`Inaktiv nach so vielen Tagen`,guard_agent:`Höchstens so viele Empfänger für Agenten`,guard_once:`Nur eine Nachricht an Kunden mit mehreren Unterhaltungen`,guard_skip:`Inaktive Unterhaltungen auslassen`,save:`Speichern`,is_saved:`Gespeichert.`,shortcode:`Kürzel`,snippet_text:`Text`,rules:`Regeln`,webhooks:`Webhooks`,keys:`API-Schlüssel`,no_mass_replies:`Noch nichts gesendet. Haken Sie Unterhaltungen an, um die erste Sammelantwort zu schreiben.`,n_left:{one:`1 übrig`,other:`{n} übrig`},really:`Wirklich: {what}`,keep_it:`Behalten`,shown_once:`Das wird nur einmal gezeigt. Kopieren Sie es jetzt.`,secret:`Geheimnis`,was_over:`endete {time}`,is_over:`bis {time}`,never_used:`nie benutzt`,replace:`Neuen anlegen`,revoke:`Widerrufen`,new_key:`Neuer Schlüssel`,name:`Name`,role:`Rolle`,agent_id:`Kennung des Agenten`,agent_name:`Name des Agenten`,ends_on:`Endet am`,create:`Anlegen`,all_events:`alle Ereignisse`,n_wait:{one:`1 Ereignis wartet`,other:`{n} Ereignisse warten`},turn_on:`Einschalten`,turn_off:`Ausschalten`,rotate:`Neues Geheimnis`,delete:`Löschen`,edit:`Bearbeiten`,new_webhook:`Neuer Webhook`,new_rule:`Neue Regel`,rule_text:`Die Regel, als JSON`,rule_failing:`✕ scheitert`,is_on:`● an`,is_off:`○ aus`,short_name:`Kurzname`,address:`Adresse`,events:`Ereignisse`,revoked:`widerrufen`},bt={email:`E-Mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Telefon`,facebook:`Messenger`,instagram:`Instagram`,other:`Andere`},xt={queued:`wartet`,sending:`wird gesendet`,sent:`gesendet`,delivered:`zugestellt`,read:`gelesen`,failed:`gescheitert`,uncertain:`ungewiss`,skipped:`ausgelassen`,cancelled:`nicht gesendet`},St={preparing:`Wird vorbereitet`,awaiting_confirmation:`Noch nicht bestätigt`,awaiting_approval:`Wartet auf eine zweite Person`,scheduled:`Geplant`,sending:`Wird gesendet`,paused:`Angehalten`,completed:`Fertig`,cancelled:`Gestoppt`,expired:`Abgelaufen`},Ct={voice_not_supported:`Anrufe lassen sich nicht mit einem Text beantworten`,no_address:`es gibt keine Adresse`,address_invalid:`die Adresse ist ungültig`,opted_out:`sie wollen keine Nachrichten mehr`,window_closed:`die Antwortfrist dieses Kanals ist abgelaufen`,merge_tag_unresolved:`ein Wert im Text fehlt für sie`,message_too_long:`der Text ist zu lang für den Kanal`,no_channel_account:`es gibt kein Konto zum Senden`,conversation_archived:`die Unterhaltung ist archiviert oder fort`,duplicate_contact:`dieselbe Person bekommt sie in einer anderen Unterhaltung`,inactive_conversation:`sie haben lange nicht geschrieben`,contact_limit:`sie bekamen heute so viele Nachrichten wie erlaubt`,invalid_recipient:`der Anbieter hält die Adresse für ungültig`,blocked:`sie haben uns blockiert`,bounced:`die Mail kam zurück`,complained:`sie haben uns als Spam gemeldet`,unreachable:`der Anbieter konnte sie nicht erreichen`,content_rejected:`der Anbieter lehnte den Inhalt ab`,template_rejected:`der Anbieter lehnte die Vorlage ab`,provider_rejected:`der Anbieter lehnte sie ab`,too_late:`sie ließ sich nicht rechtzeitig senden`,marked_not_sent:`jemand hat sie als nicht gesendet markiert`,answer_lost:`die Antwort des Anbieters ging verloren`,worker_lost:`das Senden wurde unterbrochen`,cancelled:`vorher gestoppt`,expired:`nicht rechtzeitig bestätigt`,rejected:`die zweite Person lehnte ab`},wt={attachment_dropped:`ohne die Datei, die dieser Kanal nicht mitnimmt`,sent_as_template:`mit der genehmigten Vorlage, da die Antwortfrist abgelaufen ist`,inactive_conversation:`an Personen, die lange nicht geschrieben haben`,duplicate_contact:`an Personen, die sie mehr als einmal bekommen`,recent_mass_reply:`an Personen, die binnen eines Tages schon eine Sammelantwort bekamen`,multiple_segments:`als mehr als ein SMS-Segment, jedes abgerechnet`,unknown_snippet:`mit einem /Kürzel ohne Textbaustein`},Tt={"contact.first_name":`Vorname`,"contact.name":`Voller Name`,"contact.email":`E-Mail-Adresse`,"conversation.human_id":`Kennung`,"conversation.subject":`Betreff`,"agent.name":`Ihr Name`,"agent.email":`Ihre E-Mail-Adresse`,"tenant.name":`Firma`},Et={"status.active":`Aktiv`,"status.snoozed":`Zurückgestellt`,"status.done":`Erledigt`,"status.archived":`Archiviert`,"engagement.pending":`Wir`,"engagement.engaged":`Der Kunde`,"kind.customer_message":`Kunde`,"kind.reply":`Antwort`,"kind.system_note":`Notiz`,"kind.system_error":`Fehler`,"account.ready":`● bereit`,"account.cooling":`◐ wartet`,"account.paused":`◼ angehalten`,"account.disabled":`○ aus`,"credentials.ok":`✓ Geht.`,"credentials.refused":`✕ Abgelehnt.`,"credentials.unknown":`? Ungewiss.`,"callbacks.verified":`Rückrufe kommen an`,"callbacks.not_verified":`Der letzte Rückruf war nicht vom Anbieter`,"callbacks.none_yet":`Noch kein Rückruf`,"action.mass_reply.created":`Angelegt`,"action.mass_reply.confirmed":`Bestätigt`,"action.mass_reply.approved":`Genehmigt`,"action.mass_reply.rejected":`Abgelehnt`,"action.mass_reply.paused":`Angehalten`,"action.mass_reply.lane_stopped":`Ein Konto hielt an`,"action.mass_reply.resumed":`Fortgesetzt`,"action.mass_reply.cancelled":`Gestoppt`,"action.mass_reply.expired":`Abgelaufen`,"action.mass_reply.retried":`Erneut versucht`,"action.mass_reply.resolved":`Von Hand entschieden`,"action.mass_reply.purged":`Bereinigt`,"action.channel_account.saved":`Konto gespeichert`,"action.channel_account.paused":`Konto angehalten`,"action.channel_account.callback_rotated":`Rückruf-Adresse ersetzt`,"action.channel_account.deleted":`Konto gelöscht`,"action.api_key.issued":`Schlüssel angelegt`,"action.api_key.revoked":`Schlüssel widerrufen`,"action.settings.changed":`Grenzen geändert`,"action.snippet.saved":`Textbaustein gespeichert`,"action.snippet.deleted":`Textbaustein gelöscht`,"action.automation_rule.saved":`Regel gespeichert`,"action.automation_rule.deleted":`Regel gelöscht`,"action.webhook_endpoint.saved":`Webhook gespeichert`,"action.webhook_endpoint.deleted":`Webhook gelöscht`,"action.webhook_endpoint.replayed":`Webhook wiederholt`,"action.contact.erased":`Kunde gelöscht`,"action.blocked_address.lifted":`Adresse freigegeben`,"action.purge.ran":`Alte Daten bereinigt`,"action.access.forbidden":`Zugriff verweigert`,"action.credential.refused":`Anmeldung verweigert`,"lane.idle":`○ nicht begonnen`,"lane.sending":`● sendet`,"lane.cooling":`◐ wartet`,"lane.paused":`◼ angehalten`,"lane.done":`✓ fertig`,"endpoint.active":`● läuft`,"endpoint.retrying":`◐ versucht erneut`,"endpoint.disabled":`✕ aufgegeben`,"endpoint.off":`○ aus`},Dt={unexplained:`Der Dienst hat es abgelehnt und nicht gesagt, warum.`,invalid_request:`Die Anfrage ist nicht gültig.`,invalid_json:`Die Anfrage ist nicht lesbar.`,selection_empty:`Keine Unterhaltung passt zu dieser Auswahl.`,filter_too_broad:`Ein leerer Filter träfe jede Unterhaltung. Nennen Sie mindestens eine Bedingung.`,batch_too_large:`Das sind mehr Unterhaltungen, als Ihre Rolle auf einmal anschreiben darf. Nichts wurde gesendet.`,conversation_not_found:`Manche der gewählten Unterhaltungen gibt es nicht mehr. Nichts wurde angelegt.`,message_empty:`Die Nachricht hat keinen Text.`,message_too_large:`Die Nachricht ist größer als 100 kB.`,invalid_template:`Mit einem eingefügten Wert im Text stimmt etwas nicht.`,unknown_merge_tag:`Der Text nennt einen Wert, den es nicht gibt.`,unknown_attachment:`Eine angehängte Datei gibt es nicht mehr. Hängen Sie sie noch einmal an.`,invalid_schedule:`Die Zeit liegt in der Vergangenheit oder widerspricht einer anderen.`,nothing_to_retry:`Nichts von dem, was gescheitert ist, lässt sich erneut versuchen.`,idempotency_key_reused:`Diese Anfrage wurde schon einmal anders gestellt. Versuchen Sie es erneut.`,idempotency_in_progress:`Dieselbe Anfrage läuft noch. Versuchen Sie es gleich noch einmal.`,unauthenticated:`Die Anmeldung fehlt oder gilt nicht mehr.`,forbidden:`Das erlaubt Ihre Rolle nicht, oder jemand anderes muss entscheiden.`,not_found:`Das gibt es nicht, oder nicht mehr.`,rate_limited:`Zu viele Anfragen. Warten Sie einen Moment.`,overloaded:`Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.`,invalid_state:`So, wie es gerade steht, geht das nicht. Vielleicht war jemand anderes schneller.`,recipient_count_mismatch:`Die Zahl der Empfänger ist inzwischen eine andere. Nichts wurde gesendet.`,nothing_to_send:`Niemand der Gewählten kann diese Nachricht bekommen.`,confirmation_expired:`Die Zeit zum Bestätigen ist vorbei. Prüfen Sie noch einmal.`,still_settling:`Ein Versuch kann noch unterwegs sein. Warten Sie, bevor Sie ihn als nicht gesendet markieren.`,account_in_use:`Über dieses Konto ist noch etwas zu senden.`,contact_in_flight:`Eine Nachricht an diesen Kunden ist unterwegs. Versuchen Sie es in einer Minute noch einmal.`,body_too_large:`Das ist zu groß.`,internal_error:`Im Dienst ist etwas schiefgegangen.`},Ot={hour:`2-digit`,minute:`2-digit`},kt={day:`numeric`,month:`short`,...Ot},At={dateStyle:`full`,timeStyle:`medium`},jt=class{#e;#t;#n;#r;constructor(e){this.locale=e,this.say=(e,t={})=>{let n=this.#e[e];return(typeof n==`string`?n:n[this.#r.select(Number(t.n))===`one`?`one`:`other`]).replace(/\{(\w+)\}/g,(e,n)=>this.#i(t[n]))},this.who=e=>e?.name||e?.first_name||e?.email||e?.phone||this.say(`unnamed`),this.number=e=>this.#n.format(e),this.channel=e=>Nt(this.#t.channels,e),this.status=e=>Nt(this.#t.statuses,e),this.batchStatus=e=>Nt(this.#t.batch_statuses,e),this.reason=e=>Nt(this.#t.reasons,e),this.warning=e=>Nt(this.#t.preflight_warnings,e),this.tag=e=>Nt(this.#t.tags,e),this.problem=({code:e,detail:t,faults:n})=>[{code:e,detail:t},...n].map(e=>this.fault(e)).join(` `),this.fault=({code:e,detail:t})=>this.#t.problems[e]??t,this.named=(e,t)=>this.#t.codes[`${e}.${t}`]??(e===`channel`?this.channel(t):t.replaceAll(`_`,` `)),this.time=e=>{let t=new Date(e),n=t.toDateString()===(/* @__PURE__ */ new Date()).toDateString();return t.toLocaleString(this.locale,n?Ot:kt)},this.exact=e=>new Date(e).toLocaleString(this.locale,At),this.ago=e=>{let t=(new Date(e).getTime()-Date.now())/1e3,n=new Intl.RelativeTimeFormat(this.locale,{numeric:`auto`});for(let[e,r]of Mt)if(Math.abs(t)>=r)return n.format(Math.trunc(t/r),e);return n.format(0,`second`)},this.#i=e=>typeof e==`number`?this.number(e):e??``,this.lang=e.toLowerCase().startsWith(`de`)?`de`:`en`,this.#t=this.lang===`de`?vt:lt,this.#e=this.#t.sentences;let t=e.toLowerCase().startsWith(this.lang)?e:this.lang;this.#n=new Intl.NumberFormat(t),this.#r=new Intl.PluralRules(t)}#i},Mt=[[`year`,31536e3],[`month`,2592e3],[`day`,86400],[`hour`,3600],[`minute`,60]],Nt=(e,t)=>e[t]??t.replaceAll(`_`,` `),Pt=e=>e.closest(`[lang]`)?.lang||document.documentElement.lang||navigator.language||`en`;function Ft(e,t){let n=/(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(e.slice(0,t));return n&&{start:n.index+n[1].length,name:n[2]??``}}var It=(e,t)=>t.trim()?`{{ ${e} | default: ${Lt(t.trim())} }}`:`{{ ${e} }}`,Lt=e=>e.includes(`'`)?`"${e.replaceAll(`"`,`”`)}"`:`'${e}'`;function L(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var R=class extends D{createRenderRoot(){return this}#e=()=>this.requestUpdate();#t=null;willUpdate(){this.#t!==this.model&&(this.#t?.removeEventListener(`change`,this.#e),this.#t=this.model,this.#t.addEventListener(`change`,this.#e))}disconnectedCallback(){super.disconnectedCallback(),this.#t?.removeEventListener(`change`,this.#e),this.#t=null}};L([k({attribute:!1})],R.prototype,`model`,void 0),L([k({attribute:!1})],R.prototype,`words`,void 0);function Rt(e,t,n){let r=/* @__PURE__ */ new Map;for(let i of e)r.set(t(i),(r.get(t(i))??0)+n(i));return[...r].sort((e,t)=>t[1]-e[1])}function zt(e,t){return Rt(t,e=>e.code,e=>e.count).map(([t,n])=>`${e.number(n)} × ${e.reason(t)}`).join(`; `)}function Bt(e,t){return Rt(t,e=>e.code,e=>e.count).map(([n,r])=>{let i=t.filter(e=>e.code===n).map(t=>e.channel(t.channel));return x`<li><strong>${e.number(r)}</strong> ${e.warning(n)} <span class="soft">(${i.join(`, `)})</span></li>`})}var Vt=class extends R{constructor(...e){super(...e),this.typed=null,this.chosen=0,this.uploading=``,this.tag=`contact.first_name`,this.standIn=``}focusText(){this.area.focus()}get offered(){let{typed:e}=this;return e?this.model.snippets.filter(t=>t.shortcode.startsWith(e.name)).slice(0,50):[]}render(){let{say:e}=this.words,t=this.#e();return x`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${e(`message`)}</strong> <span class="soft">${e(`message_hint`)}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${t.length>0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length?`snippet-${this.chosen}`:S}
          @input=${this.#c}
          @keydown=${this.#l}
          @blur=${()=>this.typed=null}
        ></textarea>
        ${this.#n()}
      </div>
      <div id="faults" aria-live="polite">
        ${t.map(e=>x`<p class="note bad">${this.#t(e)}</p>`)}
      </div>
      ${this.#r()} ${this.#a()}
    </div>`}#e(){let{trouble:e}=this.model;return!e||!(`faults`in e)?[]:e.faults.filter(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`))}#t(e){let t=this.words.fault(e);return t===e.detail?t:x`${t} <span class="soft" lang="en">${e.detail}</span>`}#n(){let{say:e}=this.words;return x`<ul id="snippets" class="listbox" role="listbox" aria-label=${e(`snippets`)} ?hidden=${!this.typed||!this.offered.length}>
      ${this.offered.map((e,t)=>x`<li
          id="snippet-${t}"
          role="option"
          aria-selected=${t===this.chosen}
          @mousedown=${t=>{t.preventDefault(),this.#u(`/${e.shortcode} `,this.typed.start)}}
        ><strong>/${e.shortcode}</strong><span>${e.text}</span></li>`)}
    </ul>`}#r(){let{say:e,tag:t}=this.words,n=[...Object.keys(I),...this.#i()];return x`<div class="row">
      <label class="field"
        >${e(`insert_tag`)}
        <select part="tag" .value=${this.tag} @change=${e=>this.tag=Ht(e)}>
          ${n.map(e=>x`<option value=${e} ?selected=${e===this.tag}>${t(e)}</option>`)}
        </select></label
      >
      <label class="field"
        >${e(`if_missing`)}
        <input size="14" .value=${this.standIn} @input=${e=>this.standIn=Ht(e)} />
      </label>
      <button class="lower" @click=${()=>this.#u(It(this.tag,this.standIn),this.area.selectionStart)}>
        ${e(`insert`)}
      </button>
    </div>`}#i(){let e=/* @__PURE__ */ new Set;for(let t of this.model.people.values()){for(let n of Object.keys(t.custom_fields))e.add(`conversation.custom_fields.${n}`);for(let n of Object.keys(t.contact.custom_fields))e.add(`contact.custom_fields.${n}`)}return[...e].filter(e=>/^[\w.]+$/.test(e)).sort()}#a(){let{say:e}=this.words,{attachments:t}=this.model.draft;return x`<div class="stack">
      <div class="row">
        <button @click=${()=>this.querySelector(`[type=file]`).click()}>${e(`attach`)}</button>
        <input type="file" hidden tabindex="-1" aria-label=${e(`attach`)} @change=${this.#s} />
        <span class="soft" role="status">${this.uploading&&e(`attaching`,{name:this.uploading})}</span>
      </div>
      ${t.map(n=>x`<div class="row">
          <span>📎 ${n.filename} <span class="soft">${this.words.number(Math.ceil(n.size/1e3))} kB</span></span>
          <button
            class="plain"
            aria-label=${e(`remove`,{name:n.filename})}
            @click=${()=>this.model.change({attachments:t.filter(e=>e!==n)})}
          >✕</button>
        </div>`)}
      ${t.length?x`<ul class="soft">${this.#o()}</ul>`:S}
    </div>`}#o(){let{say:e,channel:t}=this.words,n=this.model.preview?.preflight,r=new Set(n?.warnings.filter(e=>e.code===`attachment_dropped`).map(e=>e.channel));return(n?.by_channel??[]).filter(e=>e.recipients>0).map(n=>x`<li>${t(n.channel)}: ${e(r.has(n.channel)?`without_file`:`with_file`)}</li>`)}async#s(e){let t=e.target,n=t.files?.[0];n&&(this.uploading=n.name,await this.model.attach(n),this.uploading=``,t.value=``)}#c(){this.typed=Ft(this.area.value,this.area.selectionStart),this.chosen=0,this.model.change({text:this.area.value})}#l(e){let t=this.offered.length;if(this.typed&&t&&!e.ctrlKey&&!e.metaKey){if(e.key===`ArrowDown`)this.chosen=(this.chosen+1)%t;else if(e.key===`ArrowUp`)this.chosen=(this.chosen+t-1)%t;else if(e.key===`Enter`||e.key===`Tab`)this.#u(`/${this.offered[this.chosen].shortcode} `,this.typed.start);else if(e.key===`Escape`)this.typed=null;else return;e.preventDefault(),e.stopPropagation()}}#u(e,t){this.area.setRangeText(e,t,this.area.selectionEnd,`end`),this.area.focus(),this.#c()}};L([Ge(`textarea`)],Vt.prototype,`area`,void 0),L([A()],Vt.prototype,`typed`,void 0),L([A()],Vt.prototype,`chosen`,void 0),L([A()],Vt.prototype,`uploading`,void 0),L([A()],Vt.prototype,`tag`,void 0),L([A()],Vt.prototype,`standIn`,void 0),Vt=L([O(`mass-reply-editor`)],Vt);var Ht=e=>e.target.value,Ut=class{#e;#t;#n;#r;constructor(e,t,n=()=>{}){this.host=e,this.ask=t,this.failed=n,this.items=null,this.lost=!1,this.#e=[void 0],this.#t=null,this.#n=0,this.#r=!1,this.first=()=>this.#a([void 0]),this.reload=()=>this.#a(this.#e)}async#i(e){this.#r||=(this.#r=!0,await this.#a(e),!1)}async#a(e){let t=++this.#n;try{let n=await this.ask(e.at(-1));if(t!==this.#n)return;this.#e=e,this.items=n.items,this.#t=n.next_cursor,this.lost=!1}catch(e){if(t!==this.#n)return;this.lost=!0,this.failed(e)}this.host.requestUpdate()}render(e,t,n){let r=this.#e.length-1;if(!r&&this.#t===null)return S;let{number:i,say:a}=e,o=r*n,s=`${i(o+1)}–${i(o+(this.items?.length??0))}`;return x`<nav class="row pager" aria-label=${a(`pages`)}>
      <button ?disabled=${!r} @click=${()=>this.#i(this.#e.slice(0,-1))}>‹ ${a(`page_back`)}</button>
      <span class="soft">${t===null?s:a(`page_of`,{range:s,n:t})}</span>
      <button ?disabled=${this.#t===null} @click=${()=>this.#i([...this.#e,this.#t])}>${a(`page_on`)} ›</button>
    </nav>`}},Wt=25,z=class extends R{constructor(...e){super(...e),this.count=0,this.search=``,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.first=!1,this.opened=!1,this.#e=``,this.#t=new Ut(this,e=>this.model.api.get(`/mass-replies/{id}/deliveries`,{path:{id:this.model.batch.id},query:{status:this.status,reason:this.code,search:this.search||void 0,limit:Wt,cursor:e}}))}#e;#t;willUpdate(){super.willUpdate(),this.hasUpdated||(this.opened=this.first);let e=[this.model.batch?.id,this.status,this.code,this.search].join(),t=`${e} ${this.count}`;this.opened&&this.#e!==t&&(this.#e.startsWith(`${e} `)?this.#t.reload():this.#t.first(),this.#e=t)}render(){let{number:e,reason:t,say:n}=this.words,{items:r}=this.#t;return x`<details class="reason" ?open=${this.opened} @toggle=${e=>this.opened=e.target.open}>
      <summary><strong>${t(this.code)}</strong> <span class="soft">(${e(this.count)})</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${t(this.code)}>
        ${this.tickable&&r?.length?this.#r(r):S}
        ${this.#t.lost?x`<p class="note bad" role="alert">${n(`no_answer`)} <button @click=${this.#t.reload}>${n(`try_again`)}</button></p>`:S}
        ${r===null&&!this.#t.lost?x`<p class="soft">${n(`loading`)}</p>`:S}
        ${r?.length===0?x`<p class="soft">${n(`nothing_here`)}</p>`:S}
        <ul class="people">${r?.map(e=>this.#n(e))}</ul>
      </div>
      ${this.#t.render(this.words,this.search?null:this.count,Wt)}
    </details>`}#n(e){let{channel:t,say:n,time:r}=this.words,i=e.contact_name??n(`unnamed`),a=Gt(e)?` (${n(`settling`,{time:r(e.settles_after)})})`:``,o=x`<input type="checkbox" aria-label=${i} .checked=${this.ticked.has(e.conversation_id)} @change=${()=>this.#i([e])} />`;return x`<li>
      ${this.tickable?o:S}
      <span><strong>${i}</strong> · ${t(e.channel)}${e.human_id?` · ${e.human_id}`:``}
        <span class="soft">${e.reason?.detail??``}${a}</span></span>
    </li>`}#r(e){let t=e.every(e=>this.ticked.has(e.conversation_id));return x`<label class="choice"><input type="checkbox" .checked=${t} @change=${()=>this.#i(e,!t)} />${this.words.say(`tick_shown`,{n:e.length})}</label>`}#i(e,t){let n=new Set(this.ticked);for(let{conversation_id:r}of e)t??!n.has(r)?n.add(r):n.delete(r);this.ticked=n,this.dispatchEvent(new CustomEvent(`ticked`,{detail:n,bubbles:!0}))}};L([k({attribute:!1})],z.prototype,`status`,void 0),L([k({attribute:!1})],z.prototype,`code`,void 0),L([k({attribute:!1})],z.prototype,`count`,void 0),L([k({attribute:!1})],z.prototype,`search`,void 0),L([k({attribute:!1})],z.prototype,`tickable`,void 0),L([k({attribute:!1})],z.prototype,`ticked`,void 0),L([k({type:Boolean})],z.prototype,`first`,void 0),L([A()],z.prototype,`opened`,void 0),z=L([O(`mass-reply-reason`)],z);var Gt=e=>e.settles_after!==null&&new Date(e.settles_after)>/* @__PURE__ */ new Date,Kt=10,qt=300,B=class extends R{constructor(...e){super(...e),this.status=`failed`,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.opened=!1,this.search=``,this.#e=0}#e;get count(){return this.model.batch?.counts?.[this.status]??0}updated(){this.opened&&this.count&&this.model.reasons.learn()}render(){return this.count===0?S:x`<details part="people" @toggle=${this.#i}>
      <summary>${this.#t()}</summary>
      ${this.opened?this.#r():S}
    </details>`}#t(){let{say:e}=this.words,t=this.count;return this.status===`skipped`?x`${e(`left_out`,{n:t})}${this.#n()}`:this.status===`failed`?e(`n_failed`,{n:t}):this.status===`uncertain`?x`${e(`n_unknown`,{n:t})} <span class="soft">${e(`not_again`)}</span>`:e(`n_cancelled`,{n:t})}#n(){return x`<span class="soft"> · ${zt(this.words,this.model.batch?.preflight?.skipped??[])}</span>`}#r(){let{say:e}=this.words,t=Rt(this.model.reasons.items.filter(e=>e.status===this.status),e=>e.code,e=>e.count);return t.length?x`<div class="stack inner">
      ${this.count>Kt?x`<label class="field">${e(`find`)}<input type="search" maxlength="200" @input=${this.#a} /></label>`:S}
      ${t.map(([e,t],n)=>x`<mass-reply-reason
          .model=${this.model} .words=${this.words} .status=${this.status} .code=${e} .count=${t}
          .search=${this.search} .tickable=${this.tickable} .ticked=${this.ticked} ?first=${n===0}
        ></mass-reply-reason>`)}
    </div>`:x`<p class="soft" role="status">${e(this.model.reasons.lost?`no_answer`:`loading`)}</p>`}#i(e){e.target===e.currentTarget&&(this.opened=e.target.open)}#a(e){let t=Ht(e).trim();clearTimeout(this.#e),this.#e=window.setTimeout(()=>this.search=t,qt)}};L([k()],B.prototype,`status`,void 0),L([k({type:Boolean})],B.prototype,`tickable`,void 0),L([k({attribute:!1})],B.prototype,`ticked`,void 0),L([A()],B.prototype,`opened`,void 0),L([A()],B.prototype,`search`,void 0),B=L([O(`mass-reply-people`)],B);function Jt(e,t){this.v=e,this.k=t}function Yt(e,t){(t==null||t>e.length)&&(t=e.length);for(var n=0,r=Array(t);n<t;n++)r[n]=e[n];return r}function Xt(e){if(Array.isArray(e))return e}function V(e,t){var n=e==null?null:typeof Symbol<`u`&&e[Symbol.iterator]||e[`@@iterator`];if(n!=null){var r,i,a,o,s=[],c=!0,l=!1;try{if(a=(n=n.call(e)).next,t===0){if(Object(n)!==n)return;c=!1}else for(;!(c=(r=a.call(n)).done)&&(s.push(r.value),s.length!==t);c=!0);}catch(e){l=!0,i=e}finally{try{if(!c&&n.return!=null&&(o=n.return(),Object(o)!==o))return}finally{if(l)throw i}}return s}}function Zt(){throw TypeError(`Invalid attempt to destructure non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function Qt(e,t){return Xt(e)||V(e,t)||$t(e,t)||Zt()}function $t(e,t){if(e){if(typeof e==`string`)return Yt(e,t);var n={}.toString.call(e).slice(8,-1);return n===`Object`&&e.constructor&&(n=e.constructor.name),n===`Map`||n===`Set`?Array.from(e):n===`Arguments`||/^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(n)?Yt(e,t):void 0}}function en(e){var t,n;function r(t,n){try{var a=e[t](n),o=a.value,s=o instanceof Jt;Promise.resolve(s?o.v:o).then(function(n){if(s){var c=t===`return`&&o.k?t:`next`;if(!o.k||n.done)return r(c,n);n=e[c](n).value}i(!!a.done,n)},function(e){r(`throw`,e)})}catch(e){i(2,e)}}function i(e,i){e===2?t.reject(i):t.resolve({value:i,done:e}),(t=t.next)?r(t.key,t.arg):n=null}this._invoke=function(e,i){return new Promise(function(a,o){var s={key:e,arg:i,resolve:a,reject:o,next:null};n?n=n.next=s:(t=n=s,r(e,i))})},typeof e.return!=`function`&&(this.return=void 0)}en.prototype[typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`]=function(){return this},en.prototype.next=function(e){return this._invoke(`next`,e)},en.prototype.throw=function(e){return this._invoke(`throw`,e)},en.prototype.return=function(e){return this._invoke(`return`,e)};var tn=Object.entries,nn=Object.keys,rn=Object.setPrototypeOf,an=Object.isFrozen,on=Object.getPrototypeOf,sn=Object.getOwnPropertyDescriptor,H=Object.freeze,U=Object.seal,cn=Object.create,ln=typeof Reflect<`u`&&Reflect,un=ln.apply,dn=ln.construct;H||=function(e){return e},U||=function(e){return e},un||=function(e,t){var n=[...arguments].slice(2);return e.apply(t,n)},dn||=function(e){return new e(...[...arguments].slice(1))};var W=q(Array.prototype.forEach),fn=q(Array.prototype.lastIndexOf),pn=q(Array.prototype.pop),mn=q(Array.prototype.push),hn=q(Array.prototype.slice),gn=q(Array.prototype.splice),_n=Array.isArray,vn=Rn(Set),yn=q(Set.prototype.add),bn=q(Set.prototype.has),xn=q(Set.prototype.delete),Sn=Rn(Map),Cn=q(Map.prototype.get),wn=q(Map.prototype.set),Tn=q(String.prototype.toLowerCase),En=q(String.prototype.toString),Dn=q(String.prototype.match),On=q(String.prototype.replace),kn=q(String.prototype.indexOf),An=q(String.prototype.trim),jn=q(Number.prototype.toString),Mn=q(Boolean.prototype.toString),Nn=typeof BigInt>`u`?null:q(BigInt.prototype.toString),Pn=typeof Symbol>`u`?null:q(Symbol.prototype.toString),G=q(Object.prototype.hasOwnProperty),Fn=q(Object.prototype.toString),In=RegExp.prototype.test,K=function(e,t){return e instanceof RegExp&&(e.lastIndex=0),un(In,e,[t])},Ln=Rn(TypeError);function q(e){return function(t){var n=[...arguments].slice(1);return un(e,t,n)}}function Rn(e){return function(){return dn(e,[...arguments])}}function J(e,t){let n=arguments.length>2&&arguments[2]!==void 0?arguments[2]:Tn;if(rn&&rn(e,null),!_n(t))return e;let r=t.length;for(;r--;){let i=t[r];if(typeof i==`string`){let e=n(i);e!==i&&(an(t)||(t[r]=e),i=e)}e[i]=!0}return e}function zn(e){for(let t=0;t<e.length;t++)G(e,t)||(e[t]=null);return e}function Bn(e){let t=cn(null);for(let r of tn(e)){var n=Qt(r,2);let i=n[0],a=n[1];G(e,i)&&(t[i]=_n(a)?zn(a):a&&typeof a==`object`&&a.constructor===Object?Bn(a):a)}return t}function Vn(e){let t=cn(null),n=nn(e),r=n.length;for(;r--;)t[n[r]]=e[n[r]];return t}function Hn(e){switch(typeof e){case`string`:return e;case`number`:return jn(e);case`boolean`:return Mn(e);case`bigint`:return Nn?Nn(e):`0`;case`symbol`:return Pn?Pn(e):`Symbol()`;case`undefined`:return Fn(e);case`function`:case`object`:{if(e===null)return Fn(e);let t=e,n=Y(t,`toString`);if(typeof n==`function`){let e=n(t);return typeof e==`string`?e:Fn(e)}return Fn(e)}default:return Fn(e)}}function Y(e,t){for(;e!==null;){let n=sn(e,t);if(n){if(n.get)return q(n.get);if(typeof n.value==`function`)return q(n.value)}e=on(e)}function n(){return null}return n}function Un(e,t){for(;e!==null;){let n=sn(e,t);if(n)return n.get?q(n.get):null;e=on(e)}return null}function Wn(e){if(!e)return!1;try{return K(e,``),!0}catch{return!1}}var Gn=H(/* @__PURE__ */ `a.abbr.acronym.address.area.article.aside.audio.b.bdi.bdo.big.blink.blockquote.body.br.button.canvas.caption.center.cite.code.col.colgroup.content.data.datalist.dd.decorator.del.details.dfn.dialog.dir.div.dl.dt.element.em.fieldset.figcaption.figure.font.footer.form.h1.h2.h3.h4.h5.h6.head.header.hgroup.hr.html.i.img.input.ins.kbd.label.legend.li.main.map.mark.marquee.menu.menuitem.meter.nav.nobr.ol.optgroup.option.output.p.picture.pre.progress.q.rp.rt.ruby.s.samp.search.section.select.shadow.slot.small.source.spacer.span.strike.strong.style.sub.summary.sup.table.tbody.td.template.textarea.tfoot.th.thead.time.tr.track.tt.u.ul.var.video.wbr`.split(`.`)),Kn=H(/* @__PURE__ */ `svg.a.altglyph.altglyphdef.altglyphitem.animatecolor.animatemotion.animatetransform.circle.clippath.defs.desc.ellipse.filter.font.g.glyph.glyphref.hkern.image.line.lineargradient.marker.mask.metadata.mpath.path.pattern.polygon.polyline.radialgradient.rect.stop.style.switch.symbol.text.textpath.title.tref.tspan.view.vkern`.split(`.`)),qn=H([`feBlend`,`feColorMatrix`,`feComponentTransfer`,`feComposite`,`feConvolveMatrix`,`feDiffuseLighting`,`feDisplacementMap`,`feDistantLight`,`feDropShadow`,`feFlood`,`feFuncA`,`feFuncB`,`feFuncG`,`feFuncR`,`feGaussianBlur`,`feImage`,`feMerge`,`feMergeNode`,`feMorphology`,`feOffset`,`fePointLight`,`feSpecularLighting`,`feSpotLight`,`feTile`,`feTurbulence`]),Jn=H([`animate`,`color-profile`,`cursor`,`discard`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`foreignobject`,`hatch`,`hatchpath`,`mesh`,`meshgradient`,`meshpatch`,`meshrow`,`missing-glyph`,`script`,`set`,`solidcolor`,`unknown`,`use`]),Yn=H(/* @__PURE__ */ `math.menclose.merror.mfenced.mfrac.mglyph.mi.mlabeledtr.mmultiscripts.mn.mo.mover.mpadded.mphantom.mroot.mrow.ms.mspace.msqrt.mstyle.msub.msup.msubsup.mtable.mtd.mtext.mtr.munder.munderover.mprescripts`.split(`.`)),Xn=H([`maction`,`maligngroup`,`malignmark`,`mlongdiv`,`mscarries`,`mscarry`,`msgroup`,`mstack`,`msline`,`msrow`,`semantics`,`annotation`,`annotation-xml`,`mprescripts`,`none`]),Zn=H([`#text`]),Qn=H(/* @__PURE__ */ `accept.action.align.alt.autocapitalize.autocomplete.autopictureinpicture.autoplay.background.bgcolor.border.capture.cellpadding.cellspacing.checked.cite.class.clear.color.cols.colspan.command.commandfor.controls.controlslist.coords.crossorigin.datetime.decoding.default.dir.disabled.disablepictureinpicture.disableremoteplayback.download.draggable.enctype.enterkeyhint.exportparts.face.for.headers.height.hidden.high.href.hreflang.id.inert.inputmode.integrity.ismap.kind.label.lang.list.loading.loop.low.max.maxlength.media.method.min.minlength.multiple.muted.name.nonce.noshade.novalidate.nowrap.open.optimum.part.pattern.placeholder.playsinline.popover.popovertarget.popovertargetaction.poster.preload.pubdate.radiogroup.readonly.rel.required.rev.reversed.role.rows.rowspan.spellcheck.scope.selected.shape.size.sizes.slot.span.srclang.start.src.srcset.step.style.summary.tabindex.title.translate.type.usemap.valign.value.width.wrap.xmlns`.split(`.`)),$n=H(/* @__PURE__ */ `accent-height.accumulate.additive.alignment-baseline.amplitude.ascent.attributename.attributetype.azimuth.basefrequency.baseline-shift.begin.bias.by.class.clip.clippathunits.clip-path.clip-rule.color.color-interpolation.color-interpolation-filters.color-profile.color-rendering.cx.cy.d.dx.dy.diffuseconstant.direction.display.divisor.dominant-baseline.dur.edgemode.elevation.end.exponent.fill.fill-opacity.fill-rule.filter.filterunits.flood-color.flood-opacity.font-family.font-size.font-size-adjust.font-stretch.font-style.font-variant.font-weight.fx.fy.g1.g2.glyph-name.glyphref.gradientunits.gradienttransform.height.href.id.image-rendering.in.in2.intercept.k.k1.k2.k3.k4.kerning.keypoints.keysplines.keytimes.lang.lengthadjust.letter-spacing.kernelmatrix.kernelunitlength.lighting-color.local.marker-end.marker-mid.marker-start.markerheight.markerunits.markerwidth.maskcontentunits.maskunits.max.mask.mask-type.media.method.mode.min.name.numoctaves.offset.operator.opacity.order.orient.orientation.origin.overflow.paint-order.path.pathlength.patterncontentunits.patterntransform.patternunits.pointer-events.points.preservealpha.preserveaspectratio.primitiveunits.r.rx.ry.radius.refx.refy.repeatcount.repeatdur.restart.result.rotate.scale.seed.shape-rendering.slope.specularconstant.specularexponent.spreadmethod.startoffset.stddeviation.stitchtiles.stop-color.stop-opacity.stroke-dasharray.stroke-dashoffset.stroke-linecap.stroke-linejoin.stroke-miterlimit.stroke-opacity.stroke.stroke-width.style.surfacescale.systemlanguage.tabindex.tablevalues.targetx.targety.transform.transform-origin.text-anchor.text-decoration.text-orientation.text-rendering.textlength.type.u1.u2.unicode.values.vector-effect.viewbox.visibility.version.vert-adv-y.vert-origin-x.vert-origin-y.width.word-spacing.wrap.writing-mode.xchannelselector.ychannelselector.x.x1.x2.xmlns.y.y1.y2.z.zoomandpan`.split(`.`)),er=H(/* @__PURE__ */ `accent.accentunder.align.bevelled.close.columnalign.columnlines.columnspacing.columnspan.denomalign.depth.dir.display.displaystyle.encoding.fence.frame.height.href.id.largeop.length.linethickness.lquote.lspace.mathbackground.mathcolor.mathsize.mathvariant.maxsize.minsize.movablelimits.notation.numalign.open.rowalign.rowlines.rowspacing.rowspan.rspace.rquote.scriptlevel.scriptminsize.scriptsizemultiplier.selection.separator.separators.stretchy.subscriptshift.supscriptshift.symmetric.voffset.width.xmlns`.split(`.`)),tr=H([`xlink:href`,`xml:id`,`xlink:title`,`xml:space`,`xmlns:xlink`]),nr=U(/{{[\w\W]*|^[\w\W]*}}/g),rr=U(/<%[\w\W]*|^[\w\W]*%>/g),ir=U(/\${[\w\W]*/g),ar=U(/{{|}}|\${|<%|%>/),or=U(/[^\t\n\f\r ]/),sr=U(/\u0000/g),cr=U(/^data-[\-\w.\u00B7-\uFFFF]+$/),lr=U(/^aria-[\-\w]+$/),ur=U(/^(?:(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):|[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$))/i),dr=U(/^(?:\w+script|data):/i),fr=U(/[\u0000-\u0020\u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g),pr=U(/^html$/i),mr=U(/^[a-z][.\w]*(-[.\w]+)+$/i),hr=U(/<[/\w!]/g),gr=U(/<[/\w]/g),_r=U(/<[/\w]|^-?>|--!?>|<!-$/g),vr=U(/<\/no(script|embed|frames)/i),yr=U(/\/>/i),br=U(/((--!?|])>)|<\/(style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i),xr=U(/^[\r\n\t ]+/),X={element:1,text:3,processingInstruction:7,comment:8,document:9,documentFragment:11},Sr=H(J({},[`style`,`script`,`xmp`,`iframe`,`noembed`,`noframes`,`plaintext`,`noscript`])),Cr=H(J({},[`textarea`,`title`])),wr=H(J({},[`area`,`base`,`basefont`,`bgsound`,`br`,`col`,`embed`,`frame`,`hr`,`img`,`input`,`keygen`,`link`,`meta`,`param`,`source`,`track`,`wbr`])),Tr=function(){return typeof window>`u`?null:window},Er=function(e,t){if(typeof e!=`object`||typeof e.createPolicy!=`function`)return null;let n=null,r=`data-tt-policy-suffix`;t&&t.hasAttribute(r)&&(n=t.getAttribute(r));let i=`dompurify`+(n?`#`+n:``);try{return e.createPolicy(i,{createHTML(e){return e},createScriptURL(e){return e}})}catch{return console.warn(`TrustedTypes policy `+i+` could not be created.`),null}},Dr=function(){return{afterSanitizeAttributes:[],afterSanitizeElements:[],afterSanitizeShadowDOM:[],beforeSanitizeAttributes:[],beforeSanitizeElements:[],beforeSanitizeShadowDOM:[],uponSanitizeAttribute:[],uponSanitizeElement:[],uponSanitizeShadowNode:[]}},Or=function(e,t,n,r){return G(e,t)&&_n(e[t])?J(r.base?Vn(r.base):{},e[t],r.transform):n},kr=function(e,t,n){let r=G(e,t)?e[t]:void 0;return r&&typeof r==`object`?Bn(r):n};function Ar(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:Tr(),t=e=>Ar(e);if(t.version=`3.5.0`,t.removed=[],!e||!e.document||e.document.nodeType!==X.document||!e.Element)return t.isSupported=!1,t;let n=e.document,r=n,i=r.currentScript,a=e.HTMLTemplateElement,o=e.Node,s=e.Element,c=e.NodeFilter,l=e.DOMParser,u=e.trustedTypes,d=s.prototype,f=Y(d,`cloneNode`),ee=Y(d,`remove`),te=Y(d,`removeChild`),ne=Y(d,`removeAttributeNode`),re=Y(d,`nextSibling`),ie=Y(d,`childNodes`),p=Y(d,`parentNode`),ae=Y(d,`shadowRoot`),oe=Y(d,`attributes`),se=o&&o.prototype?Y(o.prototype,`nodeType`):null,m=o&&o.prototype?Y(o.prototype,`nodeName`):null,ce=o&&o.prototype?Y(o.prototype,`ownerDocument`):null,h=function(e){return se?se(e):e.nodeType},g=function(e){return m?m(e):e.nodeName},le=Un(d,`namespaceURI`),ue=function(e){return le?le(e):e.namespaceURI},de=function(e){return h(e)===X.element?oe(e):null};if(typeof a==`function`){let e=n.createElement(`template`);e.content&&e.content.ownerDocument&&(n=e.content.ownerDocument)}let _,fe=``,v,pe=!1,me=0,he=function(){if(me>0)throw Ln(`A configured TRUSTED_TYPES_POLICY callback (createHTML or createScriptURL) must not call DOMPurify.sanitize, as that causes infinite recursion. Do not pass a policy whose callbacks wrap DOMPurify as TRUSTED_TYPES_POLICY; see the "DOMPurify and Trusted Types" section of the README.`)},y=function(e){he(),me++;try{return _.createHTML(e)}finally{me--}},ge=function(e){return _&&Ge?y(e):e},_e=function(e){he(),me++;try{return _.createScriptURL(e)}finally{me--}},ve=function(){return pe||=(v=Er(u,i),!0),v},ye=n,be=ye.implementation,xe=ye.createNodeIterator,Se=ye.createDocumentFragment,Ce=ye.getElementsByTagName,we=r.importNode,b=Dr();t.isSupported=typeof tn==`function`&&typeof p==`function`&&be&&be.createHTMLDocument!==void 0;let Te=nr,Ee=rr,x=ir,De=cr,Oe=lr,S=dr,ke=fr,Ae=mr,je=ur,C=null,Me=J({},[...Gn,...Kn,...qn,...Yn,...Zn]),w=null,Ne=J({},[...Qn,...$n,...er,...tr]),T=null,Pe=null,Fe=null,Ie=Object.seal(cn(null,{tagCheck:{writable:!0,configurable:!1,enumerable:!0,value:null},attributeCheck:{writable:!0,configurable:!1,enumerable:!0,value:null}})),Le=!0,Re=!0,ze=!1,Be=!0,E=!1,D=!0,Ve=!1,O=!1,He=null,Ue=null,k=!1,A=!1,We=!1,Ge=!1,j=!0,Ke=!1,M=`user-content-`,qe=!0,Je=!1,N=null,P=null,Ye=!1,Xe=null,Ze=J({},/* @__PURE__ */ `annotation-xml.audio.colgroup.desc.foreignobject.head.iframe.math.mi.mn.mo.ms.mtext.noembed.noframes.noscript.plaintext.script.selectedcontent.style.svg.template.thead.title.video.xmp`.split(`.`)),Qe=null,$e=J({},[`audio`,`video`,`img`,`source`,`image`,`track`]),et=null,tt=J({},[`alt`,`class`,`for`,`id`,`label`,`name`,`pattern`,`placeholder`,`role`,`summary`,`title`,`value`,`style`,`xmlns`]),nt=`http://www.w3.org/1998/Math/MathML`,rt=`http://www.w3.org/2000/svg`,F=`http://www.w3.org/1999/xhtml`,it=F,at=!1,ot=null,st=J({},[nt,rt,F],En),ct=H(J({},[`mi`,`mo`,`mn`,`ms`,`mtext`])),lt=null,ut=H(J({},[`annotation-xml`])),dt=null,ft=H(cn(null)),pt=J({},[`title`,`style`,`font`,`a`,`script`]),mt=null,ht=[`application/xhtml+xml`,`text/html`],I=null,gt=null,_t=null,vt=n.createElement(`form`),yt=function(e){return e instanceof RegExp||e instanceof Function},bt=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};e&&typeof e==`object`||(e={}),e=Bn(e),mt=ht.indexOf(e.PARSER_MEDIA_TYPE)===-1?`text/html`:e.PARSER_MEDIA_TYPE,I=mt===`application/xhtml+xml`?En:Tn,C=Or(e,`ALLOWED_TAGS`,Me,{transform:I}),w=Or(e,`ALLOWED_ATTR`,Ne,{transform:I}),ot=Or(e,`ALLOWED_NAMESPACES`,st,{transform:En}),et=Or(e,`ADD_URI_SAFE_ATTR`,tt,{transform:I,base:tt}),Qe=Or(e,`ADD_DATA_URI_TAGS`,$e,{transform:I,base:$e}),Xe=Or(e,`FORBID_CONTENTS`,Ze,{transform:I}),Pe=Or(e,`FORBID_TAGS`,cn(null),{transform:I}),Fe=Or(e,`FORBID_ATTR`,cn(null),{transform:I}),Ye=G(e,`USE_PROFILES`)?e.USE_PROFILES&&typeof e.USE_PROFILES==`object`?Bn(e.USE_PROFILES):e.USE_PROFILES:!1,Le=e.ALLOW_ARIA_ATTR!==!1,Re=e.ALLOW_DATA_ATTR!==!1,ze=e.ALLOW_UNKNOWN_PROTOCOLS||!1,Be=e.ALLOW_SELF_CLOSE_IN_ATTR!==!1,E=e.SAFE_FOR_TEMPLATES||!1,D=e.SAFE_FOR_XML!==!1,Ve=e.WHOLE_DOCUMENT||!1,A=e.RETURN_DOM||!1,We=e.RETURN_DOM_FRAGMENT||!1,Ge=e.RETURN_TRUSTED_TYPE||!1,k=e.FORCE_BODY||!1,j=e.SANITIZE_DOM!==!1,Ke=e.SANITIZE_NAMED_PROPS||!1,qe=e.KEEP_CONTENT!==!1,Je=e.IN_PLACE||!1,je=Wn(e.ALLOWED_URI_REGEXP)?e.ALLOWED_URI_REGEXP:ur,it=typeof e.NAMESPACE==`string`?e.NAMESPACE:F,lt=kr(e,`MATHML_TEXT_INTEGRATION_POINTS`,ct),dt=kr(e,`HTML_INTEGRATION_POINTS`,ut);let t=kr(e,`CUSTOM_ELEMENT_HANDLING`,ft);if(T=cn(null),G(t,`tagNameCheck`)&&yt(t.tagNameCheck)&&(T.tagNameCheck=t.tagNameCheck),G(t,`attributeNameCheck`)&&yt(t.attributeNameCheck)&&(T.attributeNameCheck=t.attributeNameCheck),G(t,`allowCustomizedBuiltInElements`)&&typeof t.allowCustomizedBuiltInElements==`boolean`&&(T.allowCustomizedBuiltInElements=t.allowCustomizedBuiltInElements),U(T),E&&(Re=!1),We&&(A=!0),Ye&&((G(e,`ALLOWED_TAGS`)||G(e,`ALLOWED_ATTR`))&&typeof console<`u`&&typeof console.warn==`function`&&console.warn(`DOMPurify: USE_PROFILES overrides ALLOWED_TAGS and ALLOWED_ATTR. Do not use these options together.`),C=J({},Zn),w=cn(null),Ye.html===!0&&(J(C,Gn),J(w,Qn)),Ye.svg===!0&&(J(C,Kn),J(w,$n),J(w,tr)),Ye.svgFilters===!0&&(J(C,qn),J(w,$n),J(w,tr)),Ye.mathMl===!0&&(J(C,Yn),J(w,er),J(w,tr))),Ie.tagCheck=null,Ie.attributeCheck=null,G(e,`ADD_TAGS`)&&(typeof e.ADD_TAGS==`function`?Ie.tagCheck=e.ADD_TAGS:_n(e.ADD_TAGS)&&(C===Me&&(C=Vn(C)),J(C,e.ADD_TAGS,I))),G(e,`ADD_ATTR`)&&(typeof e.ADD_ATTR==`function`?Ie.attributeCheck=e.ADD_ATTR:_n(e.ADD_ATTR)&&(w===Ne&&(w=Vn(w)),J(w,e.ADD_ATTR,I))),G(e,`ADD_FORBID_CONTENTS`)&&_n(e.ADD_FORBID_CONTENTS)&&(Xe===Ze&&(Xe=Vn(Xe)),J(Xe,e.ADD_FORBID_CONTENTS,I)),qe&&(C[`#text`]=!0),Ve&&J(C,[`html`,`head`,`body`]),C.table&&(C.tbody=!0,delete Pe.tbody),e.TRUSTED_TYPES_POLICY){if(typeof e.TRUSTED_TYPES_POLICY.createHTML!=`function`)throw Ln(`TRUSTED_TYPES_POLICY configuration option must provide a "createHTML" hook.`);if(typeof e.TRUSTED_TYPES_POLICY.createScriptURL!=`function`)throw Ln(`TRUSTED_TYPES_POLICY configuration option must provide a "createScriptURL" hook.`);let t=_;_=e.TRUSTED_TYPES_POLICY;try{fe=y(``)}catch(e){throw _=t,e}}else e.TRUSTED_TYPES_POLICY===null?(_=void 0,fe=``):(_===void 0&&(_=ve()),_&&typeof fe==`string`&&(fe=y(``)));gt=H(e)},xt=J({},[...Kn,...qn,...Jn]),St=J({},[...Yn,...Xn]),Ct=function(e,t,n){return t===F?e===`svg`:t===nt?e===`svg`&&(n===`annotation-xml`||lt[n]):!!xt[e]},wt=function(e,t,n){return t===F?e===`math`:t===rt?e===`math`&&dt[n]:!!St[e]},Tt=function(e,t,n){return t===rt&&!dt[n]||t===nt&&!lt[n]?!1:!St[e]&&(pt[e]||!xt[e])},Et=function(e){let t=ue(e),n=Tn(g(e)),r=p(e),i=it,a=`template`;return r&&h(r)===X.element&&(i=ue(r),a=Tn(g(r))),ot[t]?t===rt?Ct(n,i,a):t===nt?wt(n,i,a):t===F?Tt(n,i,a):mt===`application/xhtml+xml`:!1},Dt=function(e){mn(t.removed,{element:e}),zt(e);try{p(e).removeChild(e)}catch{if(ee(e),!p(e))throw Ln(`a node selected for removal could not be detached from its tree and cannot be safely returned; refusing to sanitize in place`)}},Ot=function(e,t,n){try{ne(e,t)}catch{try{e.removeAttribute(n)}catch{}}},kt=function(e){Nt(e);let t=ie(e);t&&W(hn(t),t=>{try{te(e,t)}catch{}}),h(e)===X.element&&jt(e,!1)},At=function(e,n,r){if(!r)try{r=n.getAttributeNode(e)}catch{r=null}if(mn(t.removed,{attribute:r||null,from:n}),r)Ot(n,r,e);else try{n.removeAttribute(e)}catch{}if(e===`is`){if(A||We)try{Dt(n)}catch{}else try{n.setAttribute(e,``)}catch{}}},jt=function(e,t){let n=oe(e);if(n)for(let r=n.length-1;r>=0;--r){let i=n[r],a=i&&i.name;typeof a==`string`&&!(t&&w[I(a)])&&Ot(e,i,a)}},Mt=function(e,t){let n=arguments.length>2&&arguments[2]!==void 0&&arguments[2],r=[e];for(;r.length>0;){let e=r.pop();if(t(e)===!1)continue;if(n&&h(e)===X.element){let t=ae(e);Yt(t)&&r.push(t)}let i=ie(e);if(i)for(let e=i.length-1;e>=0;--e)r.push(i[e])}},Nt=function(e){Mt(e,e=>{h(e)===X.element&&jt(e,!0)})},Pt=function(e){let t=[];return Mt(e,e=>{t.push(e)},!0),t},Ft=function(e,t){let n=vn();W(Pt(e),e=>{h(e)===X.element&&yn(n,e)}),W(t,e=>{h(e)===X.element&&!bn(n,e)&&jt(e,!0)})},It=function(e,n){let r=!1;return W(t.removed,t=>{t.element&&(r||=t.element===e,Nt(t.element))}),Ft(e,n),r},Lt=function(e,t){kt(e),It(e,t)},L=function(e,t){let n=N,r=null,i=()=>(r||(r=vn(),W(t,e=>{yn(r,e)})),r);for(let t=0;;t++){let r=Pt(e),a=[e],o=!1;if(W(r,e=>{h(e)===X.documentFragment?mn(a,e):!o&&!bn(n,e)&&(o=bn(i(),e))}),!o)return;if(t>=8)throw Ln(`the tree kept changing during in-place sanitization; refusing to return it`);W(a,(t,n)=>{R(t,n>0,e,i())})}},R=function(e,t,n,r){let i=Ut(e),a;for(;a=i.nextNode();)bn(r,a)&&!bn(N,a)&&(t&&V(b.uponSanitizeShadowNode,a,null),Nn(a,n))},Rt=function(e){if(!N)return;yn(N,e);let t=Cn(P,e);if(t!==void 0){if(t>=8)throw Ln(`the tree kept changing during in-place sanitization; refusing to return it`);wn(P,e,t+1)}},zt=function(e){N&&(xn(N,e),Cn(P,e)===void 0&&wn(P,e,0))},Bt=function(e,t){return D?e===`patchsrc`||e===`for`&&t!==`label`&&t!==`output`:!1},Vt=function(e){D&&Mt(e,e=>{let t=h(e);if(t===X.processingInstruction||t===X.comment&&K(gr,e.data)){try{ee(e)}catch{}return!1}if(t===X.element){let t=e,n=I(g(e));try{t.hasAttribute&&t.hasAttribute(`patchsrc`)&&t.removeAttribute(`patchsrc`),t.hasAttribute&&t.hasAttribute(`for`)&&Bt(`for`,n)&&t.removeAttribute(`for`)}catch{}}return!0})},Ht=function(e){let t=null,r=null;if(k)e=`<remove></remove>`+e;else{let t=Dn(e,xr);r=t&&t[0]}mt===`application/xhtml+xml`&&it===F&&(e=`<html xmlns="http://www.w3.org/1999/xhtml"><head></head><body>`+e+`</body></html>`);let i=_?y(e):e;if(it===F)try{t=new l().parseFromString(i,mt)}catch{}if(!t||!t.documentElement){t=be.createDocument(it,`template`,null);try{t.documentElement.innerHTML=at?fe:i}catch{}}let a=t.body||t.documentElement;return e&&r&&a.insertBefore(n.createTextNode(r),a.childNodes[0]||null),it===F?Ce.call(t,Ve?`html`:`body`)[0]:Ve?t.documentElement:a},Ut=function(e){let t=arguments.length>1&&arguments[1]!==void 0&&arguments[1],n=ce?ce(e):e.ownerDocument;return xe.call(n||e,e,(t?0:c.SHOW_ELEMENT)|c.SHOW_COMMENT|c.SHOW_TEXT|c.SHOW_PROCESSING_INSTRUCTION|c.SHOW_CDATA_SECTION,null)},Wt=function(e){return e=On(e,Te,` `),e=On(e,Ee,` `),e=On(e,x,` `),e},z=function(e){qt(e);let t=e.querySelectorAll?.call(e,`template`);t&&W(t,e=>{Yt(e.content)&&z(e.content)})},Gt=J({},[`caption`,`colgroup`,`col`,`thead`,`tbody`,`tfoot`,`tr`,`td`,`th`,`style`,`script`,`template`]),Kt=function(e){if(mt===`application/xhtml+xml`)return;let t=e.querySelectorAll?.call(e,`table,tbody,thead,tfoot,tr,colgroup`);t&&t.length!==0&&W(t,t=>{W(hn(ie(t)),n=>{let r=h(n);if(!(r===X.text?K(or,n.data):r===X.element&&!Gt[Tn(g(n))]))return;let i=t;for(;i&&Tn(g(i))!==`table`;)i=i===e?null:p(i);let a=i&&i!==e?p(i):null;if(a)try{a.insertBefore(n,i)}catch{}})})},qt=function(e){Kt(e),e.normalize();let t=Ut(e,!0),n=null,r=t.nextNode();for(;r;){let e=r.data;if(K(sr,e)&&(e=On(e,sr,``),r.data=e),K(ar,e)&&(e=Wt(e),r.data=e),e&&h(r)===X.text){if(n){let t=n.data;K(ar,t[t.length-1]+e[0])&&(n.data=Wt(t+e[0]))}n=r}r=t.nextNode()}},B=function(e){let t=m?m(e):null;return typeof t!=`string`||I(t)!==`form`?!1:typeof e.nodeName!=`string`||typeof e.textContent!=`string`||typeof e.removeChild!=`function`||e.attributes!==oe(e)||typeof e.removeAttribute!=`function`||typeof e.removeAttributeNode!=`function`||typeof e.getAttributeNode!=`function`||typeof e.setAttribute!=`function`||typeof e.namespaceURI!=`string`||typeof e.insertBefore!=`function`||typeof e.hasChildNodes!=`function`||e.nodeType!==se(e)||e.childNodes!==ie(e)},Jt=function(e){if(!se||typeof e!=`object`||!e)return null;try{let t=se(e);return typeof t==`number`?t:null}catch{return null}},Yt=function(e){return Jt(e)===X.documentFragment},Xt=function(e){return Jt(e)!==null};function V(e,n,r){e.length!==0&&W(e,e=>{e.call(t,n,r,gt)})}let Zt=function(e,t){let n=!!wr[t],r=!!Sr[t];return!n&&!r&&!Cr[t]||ue(e)!==F?!1:n?e.hasChildNodes():Xt(e.firstElementChild)?!0:r&&typeof e.textContent==`string`&&K(hr,e.textContent)},Qt=function(e,t,n){return!!(D&&n===X.element&&e.hasChildNodes()&&!Xt(e.firstElementChild)&&K(hr,e.textContent)&&K(hr,e.innerHTML)||D&&n===X.element&&Zt(e,t)||n===X.processingInstruction||D&&n===X.comment&&K(_r,e.data))},$t=function(e,t){return e instanceof RegExp?K(e,t):e instanceof Function&&!!e(t,...[...arguments].slice(2))},en=function(e,t,n){if(!Pe[t]&&ln(t)&&$t(T.tagNameCheck,t))return!1;if(qe&&!Xe[t]&&!Xe[Tn(t)]){let t=p(e),r=ie(e);if(r&&t){let i=r.length;for(let a=i-1;a>=0;--a){let i=e===n?f(r[a],!0):r[a];t.insertBefore(i,re(e))}}}return Dt(e),!0},nn=function(e,t,n,r){return e.length===0?t:t===n||t===r?Vn(t):t},rn=function(e,t){return e===t||p(e)!==null?!1:(Je&&Nt(e),zt(e),!0)},an=function(e,n){if(Rt(e),V(b.beforeSanitizeElements,e,null),rn(e,n))return!0;if(B(e))return Dt(e),!0;let r=I(g(e)),i=h(e);if(C=nn(b.uponSanitizeElement,C,Me,He),V(b.uponSanitizeElement,e,{tagName:r,allowedTags:C}),rn(e,n))return!0;if(Qt(e,r,i))return Dt(e),!0;if((Pe[r]||!(Ie.tagCheck instanceof Function&&Ie.tagCheck(r))&&!C[r])&&en(e,r,n))return!0;if(i===X.element&&!Et(e)||(r===`noscript`||r===`noembed`||r===`noframes`)&&K(vr,e.innerHTML))return Dt(e),!0;if(E&&i===X.text){let n=e.textContent,r=Wt(n);n!==r&&(mn(t.removed,{element:e.cloneNode()}),e.textContent=r)}return V(b.afterSanitizeElements,e,null),rn(e,n)},on=function(e,t,r){if(Fe[t]||Bt(t,e)||j&&(t===`id`||t===`name`)&&(r in n||r in vt))return!1;let i=w[t]||Ie.attributeCheck instanceof Function&&Ie.attributeCheck(t,e);if(Re&&K(De,t)||Le&&K(Oe,t))return!0;if(!i)return ln(e)&&$t(T.tagNameCheck,e)&&$t(T.attributeNameCheck,t,e)||t===`is`&&T.allowCustomizedBuiltInElements&&$t(T.tagNameCheck,r);if(et[t])return!0;let a=On(r,ke,``);return K(je,a)||(t===`src`||t===`xlink:href`||t===`href`)&&e!==`script`&&kn(r,`data:`)===0&&Qe[e]||ze&&!K(S,a)?!0:!r},sn=J({},[`annotation-xml`,`color-profile`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`missing-glyph`]),ln=function(e){return!sn[Tn(e)]&&K(Ae,e)},un=function(e,t,n,r){if(_&&typeof u==`object`&&typeof u.getAttributeType==`function`&&!n)switch(u.getAttributeType(e,t)){case`TrustedHTML`:return y(r);case`TrustedScriptURL`:return _e(r)}return r},dn=function(e,t,n,r){try{return n?e.setAttributeNS(n,t,r):e.setAttribute(t,r),!B(e)||(Dt(e),!1)}catch{return At(t,e),!1}},jn=function(e,t){return D&&K(br,t)?!0:Tn(e)===`attributename`&&kn(t,`href`)!==-1},Mn=function(e,n){if(V(b.beforeSanitizeAttributes,e,null),rn(e,n))return;let r=de(e);if(!r||B(e))return;w=nn(b.uponSanitizeAttribute,w,Ne,Ue);let i={attrName:``,attrValue:``,keepAttr:!0,allowedAttributes:w,forceKeepAttr:void 0},a=r.length,o=I(g(e));for(;a--;){let n=r[a];if(!n)continue;let s=n.name,c=n.namespaceURI,l=n.value,u=I(s),d=l,f=s===`value`?d:An(d),ee=!1;i.attrName=u,i.attrValue=f,i.keepAttr=!0,i.forceKeepAttr=void 0,V(b.uponSanitizeAttribute,e,i),f=i.attrValue,Ke&&(u===`id`||u===`name`)&&kn(f,M)!==0&&(At(s,e,n),f=M+f,ee=!0),jn(s,f)?At(s,e,n):i.forceKeepAttr||(i.keepAttr?!Be&&K(yr,f)?At(s,e,n):(E&&(f=Wt(f)),on(o,u,f)?(f=un(o,u,c,f),f!==d&&dn(e,s,c,f)&&ee&&pn(t.removed)):At(s,e,n)):At(s,e,n))}V(b.afterSanitizeAttributes,e,null),rn(e,n)},Nn=function(e,t){an(e,t),Mn(e,t),Yt(e.content)&&Pn(e.content)},Pn=function(e){let t=null,n=Ut(e);for(V(b.beforeSanitizeShadowDOM,e,null);t=n.nextNode();)if(V(b.uponSanitizeShadowNode,t,null),Nn(t,e),h(t)===X.element){let e=ae(t);Yt(e)&&(Fn(e),Pn(e))}E&&qt(e),V(b.afterSanitizeShadowDOM,e,null)},Fn=function(e){let t=[{node:e,shadow:null}];for(;t.length>0;){let e=t.pop();if(e.shadow){Pn(e.shadow);continue}let n=e.node,r=h(n)===X.element,i=ie(n);if(i)for(let e=i.length-1;e>=0;--e)t.push({node:i[e],shadow:null});if(r){let e=m?m(n):null;if(typeof e==`string`&&I(e)===`template`){let e=n.content;Yt(e)&&t.push({node:e,shadow:null})}}if(r){let e=ae(n);Yt(e)&&t.push({node:null,shadow:e},{node:e,shadow:null})}}},In=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=null,a=null,o=null,s=null;if(at=!e,at&&(e=`<!-->`),typeof e!=`string`&&!Xt(e)&&(e=Hn(e),typeof e!=`string`))throw Ln(`dirty is not a string, aborting`);if(!t.isSupported)return e;O?(C=He,w=Ue):bt(n),_t=gt,t.removed=[];let c=Je&&typeof e!=`string`&&Xt(e),l=[],u=N,d=P;if(c){Vt(e),l=Pt(e);let t=g(e);if(typeof t==`string`){let n=I(t);if(!C[n]||Pe[n])throw Lt(e,l),Ln(`root node is forbidden and cannot be sanitized in-place`)}if(B(e))throw Lt(e,l),Ln(`root node is clobbered and cannot be sanitized in-place`);N=vn(),P=Sn()}else if(Xt(e))i=Ht(`<!---->`),a=i.ownerDocument.importNode(e,!0),a.nodeType===X.element&&a.nodeName===`BODY`||a.nodeName===`HTML`?i=a:i.appendChild(a),Fn(i);else{if(!A&&!E&&!Ve&&e.indexOf(`<`)===-1)return ge(e);if(i=Ht(e),!i)return A?null:Ge?fe:``}i&&k&&Dt(i.firstChild);let f=c?e:i;try{c&&Fn(e);let t=Ut(f);for(;o=t.nextNode();)Nn(o,f);c&&L(e,l)}catch(t){throw c&&Lt(e,l),t}finally{N=u,P=d}if(c){if(It(e,l))throw Ln(`a node selected for removal could not be safely returned; refusing to sanitize in place`);return E&&z(e),e}if(A){if(E&&z(i),We)for(s=Se.call(i.ownerDocument);i.firstChild;)s.appendChild(i.firstChild);else s=i;return(w.shadowroot||w.shadowrootmode)&&(s=we.call(r,s,!0)),s}E&&qt(i);let ee=Ve?i.outerHTML:i.innerHTML;return Ve&&C[`!doctype`]&&i.ownerDocument&&i.ownerDocument.doctype&&i.ownerDocument.doctype.name&&K(pr,i.ownerDocument.doctype.name)&&(ee=`<!DOCTYPE `+i.ownerDocument.doctype.name+`>
`+ee),ge(ee)};return t.sanitize=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},r=_t,i=C,a=w,o=t.removed;_t=null;try{return In(e,n)}finally{_t=r,r&&(O||bt(r),C=i,w=a,t.removed=o)}},t.setConfig=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};bt(e),O=!0,He=C,Ue=w},t.clearConfig=function(){gt=null,O=!1,He=null,Ue=null,_=v,fe=``},t.isValidAttribute=function(e,t,n){gt||bt({});let r=I(e),i=I(t);return typeof n==`string`&&(jn(t,n)||!Be&&K(yr,n))?!1:on(r,i,n)},t.addHook=function(e,t){typeof t==`function`&&G(b,e)&&mn(b[e],t)},t.removeHook=function(e,t){if(G(b,e)){if(t!==void 0){let n=fn(b[e],t);return n===-1?void 0:gn(b[e],n,1)[0]}return pn(b[e])}},t.removeHooks=function(e){G(b,e)&&(b[e]=[])},t.removeAllHooks=function(){b=Dr()},t}var jr=Ar(),Mr=`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,Nr=e=>Mr+jr.sanitize(e,{FORBID_TAGS:[`form`,`input`,`button`,`iframe`,`style`]}),Pr=null;function Fr(e){let t=window.trustedTypes;return Pr??=t?.createPolicy(`mass-reply`,{createHTML:Nr})??{createHTML:Nr},Pr.createHTML(e)}var Ir=class extends D{constructor(...e){super(...e),this.text=``,this.named=``,this.#e=null}#e;createRenderRoot(){return this}willUpdate(e){if(e.has(`text`))try{this.#e=Fr(this.text)}catch{this.#e=null}}render(){return this.#e===null?x`<pre class="bubble">${this.text}</pre>`:x`<iframe class="mail" sandbox="" title=${this.named} .srcdoc=${this.#e}></iframe>`}};L([k({attribute:!1})],Ir.prototype,`text`,void 0),L([k({attribute:!1})],Ir.prototype,`named`,void 0),Ir=L([O(`mass-reply-html`)],Ir);var Lr=3;function Rr(e,t){let{say:n}=t,r=e.batch;return x`<h3>${n(`text_for`)}</h3>
    <div class="samples">${zr(e,t)}</div>
    ${r.message.html?x`<mass-reply-html .text=${r.message.html} .named=${n(`html_part`)}></mass-reply-html>`:S}
    <div class="columns">
      <div class="stack"><h3>${n(`costs`)}</h3><ul>${Br(r,t)}</ul></div>
      ${Vr(r,t)}
    </div>`}function zr(e,{channel:t,say:n,who:r}){let i=/* @__PURE__ */ new Set,a=e=>!i.has(e)&&i.add(e),o=e.batch.preflight?.samples??[],s=o.filter(e=>a(e.channel));return[...s,...o.filter(e=>!s.includes(e))].slice(0,Lr).map(i=>{let a=e.people.get(i.conversation_id)?.contact;return x`<div>
      <p class="soft">${t(i.channel)} · ${n(`to`,{name:r(a)})}</p>
      <div class="bubble" tabindex="0">${i.text}</div>
    </div>`})}function Br({preflight:e},{say:t}){let n=e?.billable,r=[[n?.sms_segments,`cost_sms`],[n?.whatsapp_in_window,`cost_whatsapp`],[n?.whatsapp_templates,`cost_template`]].flatMap(([e,t])=>e?[{n:e,key:t}]:[]);return r.length?r.map(({n:e,key:n})=>x`<li>${t(n,{n:e})}</li>`):x`<li>${t(`costs_nothing`)}</li>`}function Vr({preflight:e},t){let n=e?.warnings??[];return n.length?x`<ul class="note amber">${Bt(t,n)}</ul>`:S}var Hr=class extends R{constructor(...e){super(...e),this.typeFrom=100,this.typed=``}get isReady(){let e=this.model.batch?.recipient_count;return!e||this.model.batch?.status!==`awaiting_confirmation`?!1:e<this.typeFrom||this.typed.replace(/[\s.,’'  ]/g,``)===String(e)}shouldUpdate(){return this.model.batch!==null}render(){let{say:e}=this.words,t=this.model.batch,n=t.recipient_count;return t.status===`preparing`||n===null?x`<div class="body"><p class="soft">${e(`preparing_hint`)}</p></div>`:t.status===`expired`?x`<div class="body"><p class="note">${e(`expired`)}</p></div>`:x`<div class="body" part="body">
      ${this.#e(n)}
      <p>${e(`frozen`)}</p>
      ${Rr(this.model,this.words)}
      <ul class="soft">${this.#t(n)}</ul>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${n>=this.typeFrom?x`<label class="field"
              ><strong>${e(`type_number`,{n})}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#n} />
            </label>`:S}
    </div>`}#e(e){let{say:t}=this.words,n=this.model.shownBefore;if(n===null||n===e)return S;let r=e>n?t(`changed_more`,{n:e-n}):t(`changed_less`,{n:n-e});return x`<p class="note amber" role="alert">${t(`changed`,{before:n,n:e})} <strong>${r}</strong></p>`}#t(e){let{say:t,time:n}=this.words,{draft:r,batch:i,preview:a}=this.model,o=a?.approval_above??null;return[t(`in_name_of`,{name:i.author.name}),o!==null&&e>o?t(`will_ask`):null,r.sendAt?t(`will_schedule`,{time:n(new Date(r.sendAt).toISOString())}):r.hold?t(`will_hold`):null,r.sample!==null&&r.sample<e?t(`will_sample`,{n:r.sample}):null,i.mark_as_done?t(`will_mark_done`):null,i.expires_at?t(`expires`,{time:n(i.expires_at)}):null].map(e=>e&&x`<li>${e}</li>`)}#n(e){this.typed=e.target.value,this.dispatchEvent(new Event(`typed`,{bubbles:!0}))}};L([k({type:Number})],Hr.prototype,`typeFrom`,void 0),L([A()],Hr.prototype,`typed`,void 0),Hr=L([O(`mass-reply-confirm`)],Hr);function Ur(e,t,n,r){let i=r&&(n===`pause`||n===`resume`)?{channel_account:r}:{};return e.post(`/mass-replies/{id}/${n}`,{path:{id:t},body:i})}var Wr=(e,t,n)=>e.post(`/mass-replies/{id}/reject`,{path:{id:t},body:{reason:n}}),Gr=(e,t,n)=>e.post(`/mass-replies/{id}/retry`,{path:{id:t},body:{reason_codes:n},headers:qr()}),Kr=(e,t,n)=>e.post(`/mass-replies/{id}/resolve`,{path:{id:t},body:n,headers:qr()}),qr=()=>({"Idempotency-Key":$e()}),Jr=()=>({text:``,attachments:[],markAsDone:!1,hold:!0,sendAt:``,sample:null,blank:!1,template:{name:``,language:`en`,parameters:``}}),Yr=7,Xr=`mass-reply:draft:`,Zr=class{#e;constructor(...e){this.#e=Xr+Qr(JSON.stringify(e))}load(){try{let e=JSON.parse(localStorage.getItem(this.#e)??`null`);return e&&Date.now()-Date.parse(e.at)<Yr*864e5?{...e,draft:{...Jr(),...e.draft}}:null}catch{return null}}save(e,t){try{localStorage.setItem(this.#e,JSON.stringify({draft:e,id:t,at:(/* @__PURE__ */ new Date()).toISOString()}))}catch{}}forget(){try{localStorage.removeItem(this.#e)}catch{}}};function Qr(e){let t=14695981039346656037n;for(let n=0;n<e.length;n++)t=BigInt.asUintN(64,(t^BigInt(e.charCodeAt(n)))*1099511628211n);return t.toString(16)}var $r=2e3,ei=class{#e;#t;constructor(e,t,n){this.api=e,this.batch=t,this.changed=n,this.items=[],this.lost=!1,this.#e=``,this.#t=!1}async learn(){if(!this.#t){this.#t=!0;for(let e=this.batch();e&&this.#e!==ti(e);e=this.batch())await this.#n(e),this.changed(),await Qe($r);this.#t=!1}}async#n(e){try{this.items=(await this.api.get(`/mass-replies/{id}/reasons`,{path:{id:e.id}})).items,this.lost=!1}catch(e){if(this.lost=!0,e instanceof Ke||qe(e))return}this.#e=ti(e)}},ti=({id:e,counts:t})=>[e,t?.failed,t?.uncertain,t?.skipped,t?.cancelled].join(),ni=250,ri=/* @__PURE__ */ new Set([`preparing`,`awaiting_confirmation`,`expired`]),ii=250,ai=class extends EventTarget{#e;#t;#n;#r;#i;#a;#o;#s;#c;constructor(e,t){super(),this.api=e,this.selection=t,this.moment=`opening`,this.me=null,this.draft=Jr(),this.restored=null,this.preview=null,this.previewing=!1,this.snippets=[],this.people=/* @__PURE__ */ new Map,this.batch=null,this.shownBefore=null,this.trouble=null,this.busy=0,this.acting=!1,this.lostSince=null,this.lastHeard=(/* @__PURE__ */ new Date()).toISOString(),this.#e=null,this.#t=!1,this.#n=0,this.#r=0,this.#i=null,this.#a=null,this.#o=$e(),this.#s=0,this.#c=null,this.act=(e,t)=>this.#_(n=>Ur(this.api,n,e,t??null)),this.reject=e=>this.#_(t=>Wr(this.api,t,e)),this.retry=e=>this.#_(t=>Gr(this.api,t,e)),this.resolve=e=>this.#_(t=>Kr(this.api,t,e)),this.#_=e=>this.#T(async()=>this.#v(await e(this.batch.id))),this.#S=e=>this.#u({busy:e}),this.reasons=new ei(e,()=>this.#t?null:this.batch,()=>this.#u({})),e.whenBusy.add(this.#S)}get maySend(){return this.#l(`mass_replies:send`)}get mayApprove(){return this.#l(`mass_replies:approve`)&&!this.isMine}get isMine(){let e=this.me?.user?.id??this.me?.key?.id;return this.batch!==null&&e!==void 0&&this.batch.author.id===e}get isDirty(){return this.moment===`write`&&(this.draft.text.trim()!==``||this.draft.attachments.length>0)}#l(e){return this.me?.permissions.includes(e)??!1}#u(e){Object.assign(this,e),this.dispatchEvent(new Event(`change`))}async open(e){this.#e=e,await this.#T(async()=>{this.me=await this.api.get(`/me`),this.#i=this.selection&&new Zr(this.api.base,this.me.tenant,this.me.user?.id,this.selection);let t=this.#i?.load()??null;t?.draft.text&&(this.draft=t.draft,this.restored=t.at);let n=await this.#d(e??t?.id??null,e!==null);n?this.#v(n):await this.#f()})}async#d(e,t){if(e===null)return null;try{let n=await this.api.get(`/mass-replies/{id}`,{path:{id:e}});return t||n.confirmed_at&&!nt.has(n.status)?n:null}catch(e){if(t||!(e instanceof j&&e.status===404))throw e;return null}}async#f(){if(this.#u({moment:`write`,batch:null}),!this.maySend)return;this.look();let e=await this.api.get(`/snippets`,{query:{limit:500}});this.#u({snippets:e.items})}change(e){this.draft={...this.draft,...e},this.#o=$e(),this.#p(null),this.#u({restored:null}),this.look()}#p(e){this.draft.text||e?this.#i?.save(this.draft,e):this.#i?.forget()}discard(){this.#i?.forget(),this.draft=Jr()}look(){return this.#s++,this.#c??=this.#m().finally(()=>this.#c=null)}async#m(){this.#u({previewing:!0});for(let e=-1;e!==this.#s;)e=this.#s,this.preview&&await Qe(ni),e===this.#s&&await this.#h();this.#u({previewing:!1})}async#h(){try{let{message:e,...t}=this.#g(this.draft),n=await this.api.post(`/mass-replies/preview`,{body:{...t,message:e.text.trim()?e:void 0}});this.#u({preview:n,trouble:null}),await this.meet(n.preflight.samples.map(e=>e.conversation_id))}catch(e){this.#u({trouble:si(e)})}}async meet(e){let t=e.filter(e=>!this.people.has(e));await Promise.allSettled(t.map(async e=>this.people.set(e,await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}})))),t.length&&this.#u({})}#g(e){let{template:t}=e;return{selection:this.selection,message:{text:e.text,attachment_ids:e.attachments.map(e=>e.id)},mark_as_done:e.markAsDone,on_unresolved:e.blank?`blank`:`skip`,whatsapp_template:t.name.trim()?{name:t.name.trim(),language:t.language.trim(),body_parameters:t.parameters.split(`
`).filter(e=>e.trim())}:null}}async attach(e){await this.#T(async()=>{let t=new FormData;t.set(`file`,e);let n=await this.api.ask(`/attachments`,{method:`POST`,body:t},e=>e.json());this.change({attachments:[...this.draft.attachments,n]})})}async review(){await this.#T(async()=>{this.shownBefore=this.preview?.recipient_count??null;let e={"Idempotency-Key":this.#o},t=await this.api.post(`/mass-replies`,{body:this.#g(this.draft),headers:e});this.#p(t.id),this.#v(t),this.#C(`created`)})}async back(){this.#a?.abort();let e=this.batch?.id;this.#o=$e(),this.#p(null),this.#u({moment:`write`,batch:null,trouble:null}),this.look(),e&&await this.api.post(`/mass-replies/{id}/cancel`,{path:{id:e},body:{}}).catch(()=>{})}async confirm(){let{draft:e,batch:t}=this;await this.#T(async()=>{this.shownBefore=t.recipient_count;let n=await this.api.post(`/mass-replies/{id}/confirm`,{path:{id:t.id},body:{recipient_count:t.recipient_count,hold_seconds:e.sendAt||!e.hold?0:30,send_at:e.sendAt?new Date(e.sendAt).toISOString():null,sample_size:e.sample}});this.draft=Jr(),this.#p(n.id),this.#C(`confirmed`,n),this.#v(n)})}async export(){await this.#T(async()=>{let{id:e}=this.batch;oi(await this.api.ask(`/mass-replies/${e}/deliveries`,{headers:{Accept:`text/csv`}},e=>e.blob()),`mass-reply-${e}.csv`)})}#_;#v(e){this.#y(e),this.#u({}),this.#b(e.id)}#y(e){let t=this.batch?.id===e.id?this.batch:null;t&&t.status!==e.status&&this.trouble instanceof Ke&&(this.trouble=null),this.moment=this.selection&&ri.has(e.status)&&!e.confirmed_at?`confirm`:`watch`,this.batch=e,e.preflight&&!t?.preflight&&this.meet(e.preflight.samples.map(e=>e.conversation_id)),e.started_at&&t&&!t.started_at&&this.#C(`sent`,e),e.finished_at&&t&&!t.finished_at&&this.#C(`finished`,e)}#b(e){this.#a?.abort(),this.#a=new AbortController,rt(this.api,e,{changed:e=>{Object.assign(this,{lostSince:null,lastHeard:(/* @__PURE__ */ new Date()).toISOString()}),this.#y(e),this.#x()},lost:e=>{let t=e instanceof M||e instanceof j&&e.status<500;this.#u(t?{trouble:e}:{lostSince:this.lastHeard})}},this.#a.signal)}#x(){if(this.#r)return;let e=Math.max(0,this.#n+ii-performance.now());this.#r=window.setTimeout(()=>{this.#r=0,this.#n=performance.now(),this.#u({})},e)}async again(){this.#u({trouble:null}),this.moment===`opening`?await this.open(this.#e):this.moment===`write`?await this.look():this.batch&&this.#b(this.batch.id)}#S;leave(){this.#t=!0,this.#a?.abort(),this.api.whenBusy.delete(this.#S)}#C(e,t=this.batch){this.dispatchEvent(new CustomEvent(e,{detail:{id:t?.id??null,count:t?.recipient_count??null,counts:t?.counts??null}}))}async#w(e){let{trouble:t}=this;try{this.#v(await this.api.get(`/mass-replies/{id}`,{path:{id:e}})),this.trouble=t}catch{}}async#T(e){if(!this.acting){this.#u({acting:!0,trouble:null});try{await e()}catch(e){this.trouble=si(e),e instanceof j&&e.status===409&&this.batch&&await this.#w(this.batch.id)}finally{this.#u({acting:!1})}}}};function oi(e,t){let n=document.createElement(`a`);n.href=URL.createObjectURL(e),n.download=t,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),6e4)}function si(e){if(e instanceof j||e instanceof Ke||e instanceof M)return e;throw e}var ci=e=>e.sent+e.delivered+e.read,li=e=>e.lanes.reduce((e,t)=>e+Object.values(t.counts).reduce((e,t)=>e+t,0),0),ui=e=>e.queued+e.sending;function di(e,t,n){let{say:r}=t;if(!e||e.moment===`opening`)return r(e?.trouble?`not_opened`:`opening`);if(e.moment===`write`)return fi(e,t);let i=e.batch;return e.moment===`confirm`?pi(i,t):gi(i,t,n)}function fi({preview:e,trouble:t},{say:n}){return t instanceof j&&t.code===`selection_empty`?n(`empty_selection`):e?e.recipient_count===null?n(`selected_only`,{n:e.selected_count}):e.recipient_count===0?n(`nothing_to_send`):n(e.recipient_count===e.selected_count?`will_get_all`:`will_get`,{n:e.recipient_count,of:e.selected_count}):n(t?`not_counted`:`counting`)}function pi(e,t){let{say:n}=t;return e.status===`preparing`?mi(e,t):e.status===`expired`?t.batchStatus(`expired`):e.recipient_count?n(`confirm_title`,{n:e.recipient_count}):n(`nothing_to_send`)}function mi(e,{say:t}){let n=li(e);return n?t(`preparing_of`,{done:n,n:e.selected_count}):t(`preparing`,{n:e.selected_count})}var hi={sample_sent:`paused_sample`,failure_share:`paused_failures`,account:`paused_account`,person:`paused_person`};function gi(e,t,n){let{say:r}=t,{status:i,counts:a,dispatch_at:o}=e;if(i===`awaiting_approval`)return r(`awaits_approval`);if(i===`preparing`)return mi(e,t);if(i===`scheduled`&&o){let e=Math.max(0,Math.ceil((Date.parse(o)-n)/1e3));return e<=120?r(`sends_in`,{n:e}):r(`sends_at`,{time:t.time(o)})}if(!a||i===`awaiting_confirmation`)return t.batchStatus(i);if(i===`sending`)return r(`sending`,{done:e.recipient_count-ui(a),n:e.recipient_count});if(i===`paused`)return r(hi[e.pause_reason??`person`],{n:ui(a)});if(i===`expired`)return r(`expired`);let s=ci(a);return i===`cancelled`&&s+a.failed+a.uncertain===0?r(e.approval?.ruling===`rejected`?`rejected_title`:`undone`):[r(`sent_to`,{n:s}),a.failed&&r(`n_failed`,{n:a.failed}),a.uncertain&&r(`n_unknown`,{n:a.uncertain}),a.cancelled&&r(`n_cancelled`,{n:a.cancelled})].filter(Boolean).join(` `)}function _i(e,t){let{say:n,number:r}=t,{moment:i,preview:a,lostSince:o}=e;if(o)return x`<p class="note amber" role="status">${n(`offline`,{time:t.time(o)})}</p>`;if(i!==`write`||!a)return S;if(a.recipient_count===null)return x`<span class="soft">${n(`counted_on_review`)}</span>`;let s=a.selected_count-a.recipient_count;if(!s)return x`<span class="soft">${n(`nobody_left_out`)}</span>`;let{skipped:c}=a.preflight;return x`<details>
    <summary class="line">${n(`left_out`,{n:s})} <span class="soft">· ${zt(t,c)}</span></summary>
    <ul class="soft">${c.map(e=>x`<li>${r(e.count)} · ${t.channel(e.channel)} · ${t.reason(e.code)}</li>`)}</ul>
  </details>`}function vi(e,t){let{say:n}=t,{trouble:r,busy:i,moment:a}=e;return i?x`<span role="status">${n(`busy`,{n:i})}</span>`:r instanceof M?x`<span role="alert">${n(a===`write`?`session_over`:`session_over_watch`)}</span> <button @click=${()=>e.again()}>${n(`sign_in_again`)}</button>`:qe(r)?x`<span role="alert">${n(`overloaded`)}</span> <button @click=${()=>e.again()}>${n(`try_again`)}</button>`:r instanceof Ke?x`<span role="alert">${n(a===`write`?`offline_write`:`unreachable`)}</span> <button @click=${()=>e.again()}>${n(`try_again`)}</button>`:r instanceof j&&r.code!==`selection_empty`&&!yi(r)?x`<span role="alert">${n(`failed_action`,{detail:t.problem(r)})}</span>`:null}var yi=e=>e.faults.some(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`)),bi=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],xi=class extends R{constructor(...e){super(...e),this.ticked=/* @__PURE__ */ new Set,this.why=``,this.rejecting=``}shouldUpdate(){return this.model.batch!==null}render(){let e=this.model.batch,t=nt.has(e.status);return x`<div class="body" part="body">
      ${this.#t()}
      ${e.counts?x`<section class="stack" part="progress" aria-label=${this.words.say(`by_channel`)}>${this.#r()}</section>`:S}
      ${this.#n()}
      ${e.counts?this.#a(t):S}
      ${e.status===`scheduled`||!e.confirmed_at?this.#e():S}
      ${t&&e.confirmed_at?this.#u():S}
    </div>`}#e(){return this.model.batch.status===`awaiting_approval`?S:x`<div class="bubble" tabindex="0">${this.model.batch.message.text}</div>`}#t(){let{say:e}=this.words,{batch:t,acting:n}=this.model;if(t.approval?.ruling===`rejected`){let{by:n,reason:r}=t.approval;return x`<p class="note bad">${e(`rejected_by`,{name:n?.name??``,reason:r??``})}</p>`}if(t.status!==`awaiting_approval`)return S;let r=t.recipient_count??0;return x`<div class="note amber stack">
      <p><strong>${e(`asked_by`,{name:t.author.name})}</strong></p>
      <p>${e(`awaits_approval_hint`,{n:r})}</p>
      ${this.model.mayApprove?x`<div class="row">
              <button class="grave" ?disabled=${n} @click=${()=>this.model.act(`approve`)}>${e(`approve`,{n:r})}</button>
              <label class="field">${e(`reject_reason`)}<input .value=${this.rejecting} @input=${e=>this.rejecting=e.target.value} /></label>
              <button class="stop" ?disabled=${n||!this.rejecting.trim()} @click=${()=>this.model.reject(this.rejecting)}>${e(`reject`)}</button>
            </div>`:S}
    </div>
    ${Rr(this.model,this.words)}`}#n(){let{say:e,channel:t,time:n}=this.words,r=this.model.batch;return r.status!==`sending`&&r.pause_reason!==`account`?S:r.lanes.filter(e=>e.reason&&(e.state===`paused`||e.state===`cooling`)).map(r=>x`<div class="note amber row spread">
          <span>${r.resume_at?e(`waits_until`,{channel:t(r.channel),time:n(r.resume_at),reason:r.reason}):e(`waits`,{channel:t(r.channel),reason:r.reason})}</span>
          ${r.state===`paused`&&this.model.maySend?x`<button @click=${()=>this.model.act(`resume`,r.channel_account)}>${e(`try_again`)}</button>`:S}
        </div>`)}#r(){return[...Map.groupBy(this.model.batch.lanes,e=>e.channel)].map(([e,t])=>{let n=Object.fromEntries(bi.map(e=>[e,t.reduce((t,n)=>t+n.counts[e],0)]));return x`<div class="bar"><strong>${this.words.channel(e)}</strong>${Si(n)}<span>${this.#i(n)}</span></div>`})}#i(e){let{number:t,status:n}=this.words;return bi.filter(t=>e[t]>0).map((r,i)=>`${i?` · `:``}${t(e[r])} ${n(r)}`)}updated(){this.model.batch?.counts?.failed&&this.model.reasons.learn()}#a(e){let{say:t}=this.words,{batch:n,maySend:r}=this.model,i=r&&[`sending`,`paused`,`completed`,`cancelled`].includes(n.status);return x`<section class="stack" part="results" aria-label=${t(`results`)}>
      <div class="stack card">
        ${this.#c(`failed`)} ${this.#o()}
        ${this.#c(`uncertain`,i)} ${i&&this.ticked.size?this.#l():S}
        ${this.#c(`skipped`)} ${e?this.#c(`cancelled`):S}
        ${this.#s()?x`<p class="soft">${t(`nobody_left_out`)}</p>`:S}
      </div>
    </section>`}#o(){let{say:e}=this.words,{batch:t,acting:n,maySend:r,reasons:i}=this.model;if(!r||!t.counts.failed||![`sending`,`paused`,`completed`].includes(t.status))return S;let a=i.items.filter(e=>e.status===`failed`),o=a.reduce((e,t)=>e+t.retryable,0);return a.length?x`<div class="row inner">${o?x`<button ?disabled=${n} @click=${()=>this.model.retry(null)}>${e(`retry_n`,{n:o})}</button><span class="soft">${e(`retry_hint`)}</span>`:x`<span class="soft">${e(`retry_none`)}</span>`}</div>`:S}#s(){let e=this.model.batch.counts;return!e.failed&&!e.uncertain&&!e.skipped&&!e.cancelled}#c(e,t=!1){return x`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${e} ?tickable=${t} .ticked=${this.ticked}
      @ticked=${e=>this.ticked=e.detail}
    ></mass-reply-people>`}#l(){let{say:e}=this.words,t=async(e,t=!1)=>{await this.model.resolve({conversation_ids:[...this.ticked],outcome:e,send_again:t,reason:this.why.trim()}),this.model.trouble||(this.ticked=/* @__PURE__ */ new Set)},n=this.model.acting||!this.why.trim();return x`<fieldset class="note stack">
      <legend><strong>${e(`mark`)}</strong></legend>
      <label class="field">${e(`mark_why`)}<input .value=${this.why} @input=${e=>this.why=e.target.value} /></label>
      <div class="row">
        <button ?disabled=${n} @click=${()=>t(`sent`)}>${e(`mark_sent`)}</button>
        <button ?disabled=${n} @click=${()=>t(`not_sent`)}>${e(`mark_not_sent`)}</button>
        ${this.model.batch.status===`cancelled`?S:x`<button class="stop" ?disabled=${n} @click=${()=>t(`not_sent`,!0)}>${e(`mark_again`)}</button>`}
      </div>
      <p class="soft">${e(`mark_risk`)}</p>
    </fieldset>`}#u(){let{say:e}=this.words,t=this.model.batch.counts,n=e=>this.dispatchEvent(new CustomEvent(`follow-up`,{detail:e,bubbles:!0}));return x`<div class="row">
      <button ?disabled=${this.model.acting} @click=${()=>this.model.export()}>${e(`export`)}</button>
      ${this.model.maySend&&ci(t)?x`<button @click=${()=>n([`sent`,`delivered`,`read`])}>${e(`follow_up`)}</button>`:S}
      ${this.model.maySend&&t.failed+t.cancelled?x`<button @click=${()=>n([`failed`,`cancelled`])}>${e(`follow_up_failed`)}</button>`:S}
    </div>`}};L([A()],xi.prototype,`ticked`,void 0),L([A()],xi.prototype,`why`,void 0),L([A()],xi.prototype,`rejecting`,void 0),xi=L([O(`mass-reply-watch`)],xi);function Si(e){let t=bi.reduce((t,n)=>t+e[n],0)||1,n=[[`reached`,ci(e)],[`failed`,e.failed],[`uncertain`,e.uncertain],[`skipped`,e.skipped+e.cancelled]],r=0;return x`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${n.map(([e,n])=>{let i=n/t*100;return r+=i,De`<rect class=${e} x=${r-i} y="0" width=${i} height="4"></rect>`})}
  </svg>`}var Ci=`@£$¥èéùìòÇ
Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`,wi=`\f^{}\\[~]|€`;function Ti(e){let t=[...e].map(e=>Ci.includes(e)?1:wi.includes(e)?2:0);return t.every(Boolean)?Ei(t,160,153):Ei([...new Intl.Segmenter().segment(e)].flatMap(({segment:e})=>e===`\r
`?[1,1]:[e.length]),70,67)}function Ei(e,t,n){if(e.reduce((e,t)=>e+t,0)<=t)return 1;let r=1,i=n;for(let t of e)t>i&&(r++,i=n),i-=t;return r}var Di=class extends R{constructor(...e){super(...e),this.channel=null,this.place=0}get samples(){return this.model.preview?.preflight.samples??[]}render(){let{say:e,channel:t}=this.words,n=[...new Set(this.samples.map(e=>e.channel))],r=n.find(e=>e===this.channel)??n[0],i=this.samples.filter(e=>e.channel===r),a=i[Math.min(this.place,i.length-1)];return x`<section class="stack preview" part="preview" aria-label=${e(`preview`)}>
      <h3>${e(`preview`)}</h3>
      <div role="tablist" aria-label=${e(`by_channel`)} @keydown=${this.#a}>
        ${n.map(e=>x`<button
            role="tab"
            id="tab-${e}"
            aria-controls="sample"
            aria-selected=${e===r}
            tabindex=${e===r?0:-1}
            @click=${()=>this.#i(e)}
          >${t(e)}</button>`)}
      </div>
      <div id="sample" role=${r?`tabpanel`:`group`} aria-labelledby=${r?`tab-${r}`:`title`} class="stack">
        <div class="bubble" tabindex="0">${a?a.text:x`<span class="soft">${e(this.#e())}</span>`}</div>
        <div class="row spread">
          <span>${a?this.#t(a):``}</span>
          <span class="row">
            <button class="plain" aria-label=${e(`previous`)} ?disabled=${i.length<2} @click=${()=>this.#r(-1,i.length)}>‹</button>
            <span>${i.length?e(`place_of`,{i:Math.min(this.place,i.length-1)+1,n:i.length}):``}</span>
            <button class="plain" aria-label=${e(`next`)} ?disabled=${i.length<2} @click=${()=>this.#r(1,i.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${a?this.#n(a):``}</p>
      </div>
    </section>`}#e(){return this.model.draft.text.trim()?`preview_nobody`:`preview_empty`}#t(e){let t=this.model.people.get(e.conversation_id);return t?this.words.say(`to`,{name:this.words.who(t.contact)}):``}#n(e){let{say:t}=this.words;if(e.channel===`sms`)return t(`segments`,{n:Ti(e.text)});let n=Oi[e.channel];if(!n)return``;let r=n.unit===`bytes`?new TextEncoder().encode(e.text).length:[...e.text].length;return t(n.unit===`bytes`?`used_of_bytes`:`used_of_characters`,{used:r,n:n.most})}#r(e,t){this.place=(Math.min(this.place,t-1)+e+t)%t}#i(e){this.channel=e,this.place=0}#a(e){let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;let n=[...this.querySelectorAll(`[role=tab]`)],r=n[(n.findIndex(e=>e.getAttribute(`aria-selected`)===`true`)+t+n.length)%n.length];r.click(),r.focus()}};L([A()],Di.prototype,`channel`,void 0),L([A()],Di.prototype,`place`,void 0),Di=L([O(`mass-reply-preview`)],Di);var Oi={instagram:{most:1e3,unit:`bytes`},facebook:{most:2e3,unit:`characters`},whatsapp:{most:4096,unit:`characters`}},ki=class extends R{focusText(){this.editor?.focusText()}render(){let{say:e,time:t}=this.words,{model:n}=this;return x`<div class="body" part="body">
      ${n.restored?x`<p class="note">${e(`draft_kept`,{time:t(n.restored)})}</p>`:S}
      <div class="columns">
        <mass-reply-editor .model=${n} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${n} .words=${this.words}></mass-reply-preview>
          ${this.#e()}
        </div>
      </div>
      ${this.#t()}
    </div>`}#e(){let{say:e}=this.words,t=this.model.preview?.preflight.warnings??[];return t.length?x`<div class="note amber" role="group" aria-label=${e(`warnings`)}>
      <ul>
        ${Bt(this.words,t)}
      </ul>
    </div>`:S}#t(){let{say:e}=this.words,{draft:t}=this.model,n=e=>this.model.change(e),r=(e,r,i=!1)=>x`<label class="choice"
        ><input
          type="checkbox"
          .checked=${t[e]&&!i}
          ?disabled=${i}
          @change=${t=>n({[e]:t.target.checked})}
        />${r}</label
      >`;return x`<fieldset class="options" part="options">
      <legend class="spoken">${e(`options`)}</legend>
      <div class="columns">
        <div>
          ${r(`markAsDone`,e(`mark_as_done`))} ${r(`hold`,e(`hold`),t.sendAt!==``)}
          ${r(`blank`,e(`blank`))}
          <p class="soft indent ${t.blank?`unseen`:``}">${e(`blank_hint`)}</p>
          <p class="soft">${this.#n()}</p>
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sample!==null}
                @change=${e=>n({sample:e.target.checked?5:null})}
              />${e(`sample`)}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${e(`sample`)}
              ?disabled=${t.sample===null}
              .value=${String(t.sample??5)}
              @change=${e=>n({sample:Math.max(1,Math.trunc(Number(Ht(e))||1))})}
            />
            <span class="soft">${e(`sample_unit`)}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sendAt!==``}
                @change=${e=>n({sendAt:e.target.checked?Ai():``})}
              />${e(`schedule`)}</label
            >
            <input
              type="datetime-local"
              aria-label=${e(`schedule_at`)}
              ?disabled=${t.sendAt===``}
              .value=${t.sendAt||Ai()}
              @change=${e=>n({sendAt:Ht(e)})}
            />
          </div>
          ${this.#r()}
        </div>
      </div>
    </fieldset>`}#n(){let{say:e}=this.words,{me:t,preview:n}=this.model,r=t?.user?.name??t?.key?.name,i=n?.approval_above??null;return[r?e(`in_name_of`,{name:r}):``,i!==null&&(n.recipient_count??1/0)>i?e(`asks_above`,{n:i}):``].join(` `)}#r(){let{say:e}=this.words,{template:t}=this.model.draft;if(!(this.model.preview?.preflight.by_channel)?.some(e=>e.channel===`whatsapp`)&&!t.name)return S;let n=e=>n=>this.model.change({template:{...t,[e]:n.target.value}});return x`<details>
      <summary>${e(`template`)}</summary>
      <div class="stack">
        <label class="field">${e(`template_name`)}<input .value=${t.name} @change=${n(`name`)} /></label>
        <label class="field">${e(`template_language`)}<input size="6" .value=${t.language} @change=${n(`language`)} /></label>
        <label class="field">${e(`template_parameters`)}<textarea rows="2" .value=${t.parameters} @change=${n(`parameters`)}></textarea></label>
      </div>
    </details>`}};L([Ge(`mass-reply-editor`)],ki.prototype,`editor`,void 0),ki=L([O(`mass-reply-write`)],ki);function Ai(){let e=new Date(Date.now()+36e5);return(/* @__PURE__ */ new Date(e.getTime()-e.getTimezoneOffset()*6e4)).toISOString().slice(0,16)}var Z=class extends D{constructor(...e){super(...e),this.api=``,this.selection=null,this.massReply=null,this.typeNumberFrom=100,this.getToken=()=>Promise.reject(/* @__PURE__ */ Error(`no getToken`)),this.model=null,this.asking=null,this.now=Date.now(),this.settled=!0,this.#e=null,this.#t=0,this.#n=``,this.#r=0,this.#i=()=>new P((this.api||Ni).replace(/\/$/,``),e=>this.getToken(e)),this.#c=``,this.#m=()=>x`<button class="main" @click=${this.#v}>${this.words.say(`close`)}</button>`,this.#_=()=>{this.model?.isDirty?this.asking=`discard`:this.#v()},this.#v=()=>{this.asking=null,this.close()},this.#C=``,this.#w=0}static{this.styles=[ot,st,ct]}#e;#t;#n;#r;get words(){let e=Pt(this);return this.#e?.locale===e?this.#e:this.#e=new jt(e)}async show(){this.#a(new ai(this.#i(),this.selection)),await this.updateComplete,this.dialog.open||this.dialog.showModal(),await this.#g(this.massReply)}close(){this.dialog?.open&&(this.dialog.close(),this.#x())}async allowed(){return this.#i().get(`/me`).then(e=>e.permissions.includes(`mass_replies:send`),()=>!1)}#i;#a(e){this.model?.leave(),this.model=e,e.addEventListener(`change`,()=>this.requestUpdate());for(let t of[`created`,`confirmed`,`sent`,`finished`])e.addEventListener(t,e=>this.#o(t,e.detail));clearInterval(this.#t),this.#t=window.setInterval(()=>this.now=Date.now(),1e3)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#t),this.model?.leave()}#o(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0,composed:!0}))}render(){let e=di(this.model,this.words,Date.now());return x`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#y}
      @close=${this.#b}
      @keydown=${this.#S}
    >
      ${this.model&&x`<div class="sheet">
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${e}</h2>
          <button class="plain" aria-label=${this.words.say(`close`)} @click=${this.#_}>✕</button>
          <div class="under">${_i(this.model,this.words)}</div>
        </header>
        ${this.#l()}
        <footer class="foot" part="actions">${this.#u()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#s(e)}</div>
    </dialog>`}#s(e){let t=this.model?`${this.model.moment} ${this.model.batch?.status??``}`:``;return(t!==this.#c||this.now-this.#r>=5e3)&&(this.#c=t,this.#r=this.now,this.#n=e),this.#n}#c;#l(){let{model:e,words:t}=this;switch(e.moment){case`opening`:return x`<div class="body" aria-busy="true"></div>`;case`write`:return e.maySend?x`<mass-reply-write class="part" .model=${e} .words=${t}></mass-reply-write>`:x`<div class="body"><p class="note">${t.say(`no_permission`)}</p></div>`;case`confirm`:return x`<mass-reply-confirm class="part" .model=${e} .words=${t} .typeFrom=${this.typeNumberFrom} @typed=${()=>this.requestUpdate()}></mass-reply-confirm>`;case`watch`:return x`<mass-reply-watch class="part" .model=${e} .words=${t} @follow-up=${this.#h}></mass-reply-watch>`}}#u(){let{say:e}=this.words;return this.asking===`discard`?x`<strong class="say">${e(`discard_title`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.model.discard(),this.#v()}}>${e(`discard`)}</button>
        <button @click=${this.#v}>${e(`keep_for_later`)}</button>
        <button class="main" autofocus @click=${()=>this.asking=null}>${e(`keep`)}</button>`:this.asking===`stop`?x`<strong class="say">${e(`stop_sure`)}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${()=>{this.asking=null,this.model.act(`cancel`)}}>${e(`stop`)}</button>
        <button class="main" @click=${()=>this.asking=null}>${e(`keep_sending`)}</button>`:x`<span class="say">${this.#d()}</span>${this.#f()}`}#d(){let{say:e}=this.words,{moment:t,batch:n}=this.model;return vi(this.model,this.words)||(t===`confirm`?x`<strong>${e(`cannot_be_recalled`)}</strong>`:t===`watch`&&!nt.has(n.status)?x`<span class="soft">${e(`you_can_close`)}</span>`:S)}#f(){let{say:e}=this.words,t=this.model,{batch:n}=t,r=t.acting||!this.settled;if(t.moment===`write`)return t.maySend?x`<button class="main" ?disabled=${r||!Mi(t)} @click=${()=>t.review()}>${e(`review`)}</button>`:this.#m();if(t.moment===`confirm`){let i=n.recipient_count??0,a=this.confirmView?.isReady??i<this.typeNumberFrom;return x`<button ?disabled=${r} @click=${()=>t.back()}>${e(n.status===`expired`?`review_again`:`back`)}</button>
        ${i&&n.status===`awaiting_confirmation`?x`<button class="grave" ?disabled=${r||!a} @click=${()=>t.confirm()}>${e(`send_to`,{n:i})}</button>`:S}`}return t.moment===`opening`?S:x`${t.maySend?this.#p(n.status):S}${this.#m()}`}#p(e){let{say:t}=this.words,{batch:n}=this.model,r=this.model.acting||!this.settled,i=x`<button class="stop" ?disabled=${r} @click=${()=>this.asking=`stop`}>${t(`stop`)}</button>`,a=n.counts?ui(n.counts):0;switch(e){case`scheduled`:return x`<button class="main" ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`undo`)}</button>`;case`awaiting_approval`:return x`<button ?disabled=${r} @click=${()=>this.model.act(`cancel`)}>${t(`withdraw`)}</button>`;case`sending`:return x`${i}<button ?disabled=${r} @click=${()=>this.model.act(`pause`)}>${t(`pause`)}</button>`;case`paused`:return x`${i}<button class="grave" ?disabled=${r} @click=${()=>this.model.act(`resume`)}>
          ${n.pause_reason===`sample_sent`?t(`go_on_with`,{n:a}):t(`resume`)}
        </button>`;default:return S}}#m;#h(e){let t={follow_up:{mass_reply_id:this.model.batch.id,statuses:e.detail}};this.#a(new ai(this.model.api,t)),this.#g(null)}async#g(e){await this.model.open(e),await this.updateComplete,this.writeView?.focusText()}#_;#v;#y(e){e.preventDefault(),this.asking?this.asking=null:this.#_()}#b(){this.model&&!this.dialog.open&&this.#x()}#x(){let e=this.model?.batch?.id??null;this.model?.leave(),this.model=null,this.asking=null,clearInterval(this.#t),this.#o(`closed`,{id:e})}#S(e){if(e.key!==`Enter`||!(e.ctrlKey||e.metaKey))return;e.preventDefault();let t=this.model;t&&Mi(t)&&t.review()}willUpdate(){let e=`${this.model?.moment} ${this.model?.batch?.status} ${this.asking}`;e!==this.#C&&(this.#C=e,this.settled=!1,clearTimeout(this.#w),this.#w=window.setTimeout(()=>this.settled=!0,ji))}#C;#w;updated(){let e=this.model?.moment;e&&e!==this.#T&&e!==`write`&&e!==`opening`&&this.renderRoot.querySelector(`#title`)?.focus(),this.#T=e}#T};L([k()],Z.prototype,`api`,void 0),L([k({attribute:`selection`,converter:{fromAttribute:e=>e?JSON.parse(e):null}})],Z.prototype,`selection`,void 0),L([k({attribute:`mass-reply`})],Z.prototype,`massReply`,void 0),L([k({type:Number,attribute:`type-number-from`})],Z.prototype,`typeNumberFrom`,void 0),L([k({attribute:!1})],Z.prototype,`getToken`,void 0),L([A()],Z.prototype,`model`,void 0),L([A()],Z.prototype,`asking`,void 0),L([A()],Z.prototype,`now`,void 0),L([A()],Z.prototype,`settled`,void 0),L([Ge(`dialog`)],Z.prototype,`dialog`,void 0),L([Ge(`mass-reply-confirm`)],Z.prototype,`confirmView`,void 0),L([Ge(`mass-reply-write`)],Z.prototype,`writeView`,void 0),Z=L([O(`mass-reply-dialog`)],Z);var ji=400,Mi=({moment:e,draft:t,preview:n,trouble:r})=>e===`write`&&t.text.trim()!==``&&n!==null&&n.recipient_count!==0&&!r,Ni=new URL(
/* @vite-ignore */
`..`,import.meta.url).href,Q=class extends D{constructor(...e){super(...e),this.place=new URLSearchParams,this.problem=``,this.may=e=>this.me.permissions.includes(e),this.#e=null}createRenderRoot(){return this}#e;async try(e){this.problem=``;try{await e()}catch(t){this.failed(t,()=>this.try(e))}}failed(e,t){let n=e instanceof Ke||qe(e);if(this.#e=n?t:null,e instanceof M)this.dispatchEvent(new Event(`signed-out`,{bubbles:!0}));else if(n)this.problem=this.words.say(qe(e)?`overloaded`:`no_answer`);else if(e instanceof j)this.problem=Pi(e,this.words);else if(e instanceof SyntaxError)this.problem=this.words.say(`not_json`);else throw e}said(){let e=this.#e,t=e&&x` <button @click=${()=>{this.problem=``,e()}}>${this.words.say(`try_again`)}</button>`;return this.problem?x`<p class="note bad" role="alert">${this.problem}${t}</p>`:``}};L([k({attribute:!1})],Q.prototype,`api`,void 0),L([k({attribute:!1})],Q.prototype,`words`,void 0),L([k({attribute:!1})],Q.prototype,`me`,void 0),L([k({attribute:!1})],Q.prototype,`place`,void 0),L([A()],Q.prototype,`problem`,void 0);var Pi=(e,t)=>[t.fault(e),...e.faults.map(e=>`${e.pointer} ${t.fault(e)}`)].join(` `),Fi=(e,t={})=>{let n=t instanceof URLSearchParams?[...t]:Object.entries(t),r=new URLSearchParams(n.filter(([,e])=>e));return`#/${e}${r.size?`?${r}`:``}`},Ii=e=>x`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${Li[e]??Li.other}></path></svg>`,Li={email:`M1.5 3.5h13v9h-13zM1.5 4l6.500 5 6.500-5`,chat:`M1.500 2.500h13v8.500h-7l-3.500 3v-3h-2.500z`,sms:`M4.500 1.500h7v13h-7zM7 12.500h2`,whatsapp:`M8 1.500a6.500 6.500 0 1 1-3.300 12.100l-3.200.9.900-3.100A6.500 6.500 0 0 1 8 1.500M5.500 5.500c0 3 2 5 5 5`,voice:`M3 2l2.500-.5 1.500 3.500-1.500 1.500c.7 1.500 2 2.800 3.500 3.500l1.500-1.500 3.500 1.500-.5 2.500c-6 1-11.500-4.500-10.500-10.500`,facebook:`M8 1.500c3.700 0 6.500 2.600 6.500 6s-2.800 6-6.500 6l-2 1.500-.5-2.100C3 12 1.500 10 1.500 7.500c0-3.400 2.800-6 6.500-6M4.500 9l2.500-2.500 2 1.500 2.500-2`,instagram:`M2 4.500A2.500 2.500 0 0 1 4.500 2h7A2.500 2.500 0 0 1 14 4.500v7a2.500 2.500 0 0 1-2.500 2.500h-7A2.500 2.500 0 0 1 2 11.500zM8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6`,other:`M8 1.500l6.500 6.500-6.500 6.500L1.500 8z`},Ri=class extends Q{constructor(...e){super(...e),this.items=null,this.checks=/* @__PURE__ */ new Map,this.copied=``,this.#e=e=>this.try(async()=>{this.#t(e,null);try{this.#t(e,await this.api.post(`/channel-accounts/{key}/test`,{path:{key:e}}))}catch(t){throw this.#t(e,void 0),t}})}firstUpdated(){this.may(`admin`)&&this.try(async()=>{this.items=(await this.api.get(`/channel-accounts`,{query:{limit:500}})).items})}#e;#t(e,t){this.checks=new Map(this.checks).set(e,t)}async#n(e){await navigator.clipboard?.writeText(e.callback_url).catch(()=>{}),this.copied=e.key}render(){let{say:e}=this.words;return this.may(`admin`)?x`<div class="page-head"><h1>${e(`nav_accounts`)}</h1></div>
      ${this.said()}
      ${this.items===null?x`<p class="soft">${e(`loading`)}</p>`:S}
      ${this.items?.length===0?x`<p class="soft">${e(`no_accounts`)}</p>`:S}
      <div class="cards">${this.items?.map(e=>this.#r(e))}</div>`:x`<h1>${e(`nav_accounts`)}</h1><p class="note">${e(`needs_admin`)}</p>`}#r(e){let{words:t}=this,{say:n}=t,r=this.checks.get(e.key);return x`<article class="card stack" aria-label=${e.name}>
      <div class="row spread"><h2>${Ii(e.channel)} ${e.name}</h2><span class="state ${e.state}">${t.named(`account`,e.state)}</span></div>
      <p class="soft">${e.key} · ${t.channel(e.channel)} · ${e.provider} · ${n(`per_second`,{n:e.rate_per_second})}</p>
      ${e.pause_reason?x`<p class="note amber">${e.pause_reason}</p>`:S}
      <label class="field full">${n(`callback_address`)}
        <input class="full" readonly .value=${e.callback_url} @focus=${e=>e.target.select()} /></label>
      <p class="soft">${n(`setup_${zi.has(e.provider)?e.provider:`other`}`)}</p>
      <div class="row">
        <button @click=${()=>this.#n(e)}>${n(this.copied===e.key?`copied`:`copy`)}</button>
        <button ?disabled=${r===null} @click=${()=>this.#e(e.key)}>${n(`test`)}</button>
      </div>
      <p role="status">${r?x`<strong>${t.named(`credentials`,r.credentials)}</strong> ${r.detail}
              <span class="soft">${t.named(`callbacks`,r.callbacks)}${r.last_callback_at?` · ${t.time(r.last_callback_at)}`:``}</span>`:r===null?n(`loading`):S}</p>
    </article>`}};L([A()],Ri.prototype,`items`,void 0),L([A()],Ri.prototype,`checks`,void 0),L([A()],Ri.prototype,`copied`,void 0),Ri=L([O(`mass-reply-accounts`)],Ri);var zi=/* @__PURE__ */ new Set([`postmark`,`sendgrid`,`smtp`,`twilio`,`whatsapp_cloud`,`meta`,`webchat`,`webhook`]),Bi=[`tag`,`tag_any`,`tag_none`,`channel`,`status`,`engagement`,`team`,`assignee`,`contact`,`subject`,`written_from`,`written_to`,`created_from`,`created_to`,`field`,`json`],Vi={channel:[`email`,`chat`,`sms`,`whatsapp`,`voice`,`facebook`,`instagram`,`other`],status:[`active`,`snoozed`,`done`,`archived`],engagement:[`pending`,`engaged`]},Hi=/* @__PURE__ */ new Set([`written_from`,`written_to`,`created_from`,`created_to`]),Ui=/* @__PURE__ */ new Set([`subject`,`json`,...Hi]),Wi=`field.`;function Gi(e){return[...new Set(e.keys())].flatMap(t=>{let n=t.startsWith(Wi)&&t!==Wi?`field`:Bi.find(e=>e===t&&e!==`field`),r=e.getAll(t).filter(Boolean);return n&&r.length?[{name:t,kind:n,values:r}]:[]})}function Ki(e){let t={},n=(e,n,r)=>t[e]={...t[e],[n]:r};for(let{name:r,kind:i,values:a}of Gi(e))i===`tag`?n(`tags`,`all`,a):i===`tag_any`?n(`tags`,`any`,a):i===`tag_none`?n(`tags`,`none`,a):i===`subject`?t.subject_contains=a[0]:i===`field`?n(`custom_fields`,r.slice(6),a):i===`json`?t.any_of=[JSON.parse(a[0])]:Hi.has(i)?n(i.startsWith(`written`)?`last_customer_message_at`:`created_at`,i.endsWith(`from`)?`from`:`to`,qi(a[0])):t[i]=a;return t}var qi=e=>(/* @__PURE__ */ new Date(`${e}T00:00`)).toISOString();function Ji(e,t,n){let r=/^([a-z_]+):(.+)$/s.exec(n.trim()),i=r&&Bi.find(e=>e===r[1]);return i?Yi(e,i,r[2].trim()):Yi(e,t,n.trim())}function Yi(e,t,n){let r=new URLSearchParams(e),[i,a]=t===`field`?Xi(n):[t,n];if(!i||!a)return r;let o=Ui.has(t)?[a]:a.split(`,`).map(e=>e.trim()).filter(Boolean),s=Ui.has(t)?[]:r.getAll(i);r.delete(i);for(let e of/* @__PURE__ */ new Set([...s,...o]))r.append(i,e);return r}function Xi(e){let t=/^([^=:]+)[=:](.+)$/s.exec(e);return t?[Wi+t[1].trim(),t[2].trim()]:[null,null]}function Zi(e,t){let n=new URLSearchParams(e);return n.delete(t),n}var Qi=e=>Gi(e).reduce((e,t)=>Zi(e,t.name),e),$i=class extends D{constructor(...e){super(...e),this.place=new URLSearchParams,this.kind=`tag`}createRenderRoot(){return this}render(){let{say:e}=this.words,t=Gi(this.place);return x`<form class="row filters" role="search" aria-label=${e(`filter`)} @submit=${this.#n}>
        <label class="field">${e(`filter`)}
          <select .value=${this.kind} @change=${e=>this.kind=Ht(e)}>
            ${Bi.map(t=>x`<option value=${t} ?selected=${t===this.kind}>${e(`filter_${t}`)}</option>`)}
          </select></label>
        <label class="field">${e(`filter_value`)} ${this.#e()}</label>
        <button class="lower">${e(`filter_add`)}</button>
      </form>
      <ul class="row chips" aria-label=${e(`filters`)}>
        ${t.map(e=>this.#t(e))}
        ${t.length>1?x`<li><button class="plain" @click=${()=>this.#r(Qi(this.place))}>${e(`clear`)}</button></li>`:S}
      </ul>`}#e(){let{named:e,say:t}=this.words,{kind:n}=this,r=Vi[n];return r?x`<select name="value">${r.map(t=>x`<option value=${t}>${e(n,t)}</option>`)}</select>`:Hi.has(n)?x`<input name="value" type="date" required />`:x`<input name="value" required size="28" placeholder=${n===`field`?`plan=pro`:n===`json`?`{"not": {"team": ["billing"]}}`:t(`filter_hint`)} autocomplete="off" spellcheck="false" />`}#t({name:e,kind:t,values:n}){let{named:r,say:i}=this.words,a=t===`field`?e.slice(6):i(`filter_${t}`),o=n.map(e=>Vi[t]?r(t,e):e).join(` ${i(t===`tag`?`and`:`or`)} `);return x`<li class="chip filter"><span><span class="soft">${a}</span> ${o}</span>
      <button class="plain" aria-label=${i(`remove`,{name:`${a} ${o}`})} @click=${()=>this.#r(Zi(this.place,e))}>✕</button></li>`}#n(e){e.preventDefault(),this.#r(Ji(this.place,this.kind,this.field.value)),this.field instanceof HTMLInputElement&&(this.field.value=``),this.field.focus()}#r(e){this.dispatchEvent(new CustomEvent(`filtered`,{detail:e,bubbles:!0}))}};L([k({attribute:!1})],$i.prototype,`words`,void 0),L([k({attribute:!1})],$i.prototype,`place`,void 0),L([A()],$i.prototype,`kind`,void 0),L([Ge(`[name=value]`)],$i.prototype,`field`,void 0),$i=L([O(`mass-reply-filters`)],$i);var ea=class extends Q{constructor(...e){super(...e),this.conversation=``,this.items=null,this.about=null,this.#e=``,this.#t=e=>this.try(async()=>{let t={conversation_id:e},[n,r]=await Promise.all([this.api.get(`/conversations/{conversation_id}`,{path:t}),this.api.get(`/conversations/{conversation_id}/timeline`,{path:t,query:{limit:200}})]);e===this.#e&&([this.about,this.items]=[n,r.items])})}#e;willUpdate(){this.conversation!==this.#e&&(this.#e=this.conversation,this.items=this.about=null,this.#t(this.conversation))}#t;render(){let{words:e}=this,{say:t}=e;return x`<aside class="thread stack" aria-label=${t(`thread`)}>
      <div class="row spread thread-head"><h2>${this.about?e.who(this.about.contact):t(`thread`)}</h2>
        <button class="plain" aria-label=${t(`close`)} @click=${()=>this.dispatchEvent(new Event(`left`,{bubbles:!0}))}>✕</button></div>
      ${this.about?.subject?x`<p><strong>${this.about.subject}</strong></p>`:S}
      ${this.said()}
      ${this.items===null&&!this.problem?x`<p class="soft">${t(`loading`)}</p>`:S}
      ${this.items?.length===0?x`<p class="soft">${t(`nothing_here`)}</p>`:S}
      ${this.items?.map(e=>this.#n(e))}
    </aside>`}#n(e){let{words:t}=this,{say:n}=t;return x`<article class="item ${e.kind}">
      <p class="soft"><strong>${t.named(`kind`,e.kind)}</strong>${e.author?.name?` · ${e.author.name}`:``}
        · <time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time>
        ${e.delivery_status?x` · ${t.status(e.delivery_status)}`:S}
        ${e.mass_reply_id?x` · <a href=${Fi(`mass-replies`,{id:e.mass_reply_id})}>${n(`mass_reply`)}</a>`:S}</p>
      <div class="plain-text">${e.text}</div>
      ${e.attachments.map(e=>x`<p class="soft">📎 ${e.filename}</p>`)}
    </article>`}};L([k({attribute:!1})],ea.prototype,`conversation`,void 0),L([A()],ea.prototype,`items`,void 0),L([A()],ea.prototype,`about`,void 0),ea=L([O(`mass-reply-thread`)],ea);var ta=100,na=class extends Q{constructor(...e){super(...e),this.total=null,this.ticked=/* @__PURE__ */ new Set,this.all=!1,this.dispatched=null,this.#e=null,this.#t=new Ut(this,async e=>{let t=await this.api.post(`/conversations/search`,{body:{filter:Ki(this.place),limit:ta,cursor:e??null}});return this.total=t.total,t},e=>this.failed(e,()=>this.#t.reload())),this.#n=()=>{this.ticked=/* @__PURE__ */ new Set,this.all=!1},this.#a=e=>this.all!==this.ticked.has(e.id)}#e;#t;willUpdate(){let e=JSON.stringify(Gi(this.place));e!==this.#e&&(this.#e=e,this.#n(),this.total=null,this.problem=``,this.#t.first())}#n;#r(e){location.hash=Fi(`conversations`,e)}render(){let{say:e}=this.words,{items:t}=this.#t,n=this.place.get(`thread`),r=t!==null&&t.length>0&&t.every(this.#a);return x`<div class="page-head row spread">
        <h1>${e(`nav_conversations`)}</h1>
        <strong class="total" role="status">${this.total===null?this.problem?``:e(`loading`):e(`total`,{n:this.total})}</strong>
      </div>
      <mass-reply-filters .words=${this.words} .place=${this.place} @filtered=${e=>this.#r(e.detail)}></mass-reply-filters>
      ${this.said()} ${this.#l()}
      <div class=${n?`beside`:``}>
        <div class="wide" aria-busy=${this.total===null}>
          <table>
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${e(`tick_page`)} ?disabled=${!t?.length} .checked=${r} @change=${()=>this.#s(t,!r)} /></th>
              <th>${e(`contact`)}</th><th>${e(`col_channel`)}</th><th>${e(`col_state`)}</th><th>${e(`col_time`)}</th>
            </tr></thead>
            <tbody>${t?.map(e=>this.#o(e))}</tbody>
          </table>
          ${this.total===0?x`<p class="soft empty">${e(Gi(this.place).length?`no_match`:`no_conversations`)}</p>`:S}
          ${this.#t.render(this.words,this.total,ta)}
        </div>
        ${n?x`<mass-reply-thread .api=${this.api} .words=${this.words} .me=${this.me} .conversation=${n} @left=${()=>this.#r(this.#i(`thread`,null))}></mass-reply-thread>`:S}
      </div>`}#i(e,t){let n=new URLSearchParams(this.place);return t===null?n.delete(e):n.set(e,t),n}#a;#o(e){let{words:t}=this,n=t.who(e.contact),r=e.last_customer_message_at??e.created_at;return x`<tr aria-selected=${this.#a(e)}>
      <td class="tick"><input type="checkbox" aria-label=${n} .checked=${this.#a(e)} @change=${()=>this.#s([e],!this.#a(e))} /></td>
      <td><a href=${Fi(`conversations`,this.#i(`thread`,e.id))}>${n}</a>
        <div class="clip">${e.subject?x`<strong>${e.subject}</strong> `:S}<span class="soft">${e.last_customer_message?.text??``}</span></div>
        ${e.tags.map(e=>x`<span class="chip">${e}</span> `)}</td>
      <td class="tight">${Ii(e.channel)} ${t.channel(e.channel)}</td>
      <td class="tight">${t.named(`status`,e.status)}<br /><span class="soft">${t.named(`engagement`,e.engagement)}</span></td>
      <td class="tight"><time datetime=${r} title=${t.exact(r)}>${t.ago(r)}</time></td>
    </tr>`}#s(e,t){let n=new Set(this.ticked);for(let{id:r}of e)t===this.all?n.delete(r):n.add(r);this.ticked=n}get#c(){return this.all?(this.total??0)-this.ticked.size:this.ticked.size}#l(){let{say:e}=this.words;return x`<div class="bulk row ${this.#c?`some`:``}" role="toolbar" aria-label=${e(`bulk`)}>
      ${this.#c?this.#u(this.#c):this.dispatched?x`<span role="status">${e(`dispatched`,{n:this.dispatched.count})}</span> <a href=${Fi(`mass-replies`,{id:this.dispatched.id})}>${e(`look`)}</a>`:x`<span class="soft">${e(`tick_hint`)}</span>`}
    </div>`}#u(e){let{say:t}=this.words,n=!this.all&&this.total!==null&&e<this.total&&Gi(this.place).length>0;return x`<strong>${t(`n_selected`,{n:e})}</strong>
      ${n?x`<button @click=${()=>{this.#n(),this.all=!0}}>${t(`all_matching`,{n:this.total})}</button>`:S}
      <button class="plain" @click=${this.#n}>${t(`clear_selection`)}</button>
      ${this.may(`mass_replies:send`)?x`<button class="main" @click=${this.#d}>${t(`mass_reply`)}</button>`:S}`}#d(){let e=this.all?{filter:Ki(this.place),...this.ticked.size?{exclude_conversation_ids:[...this.ticked]}:{}}:{conversation_ids:[...this.ticked]};this.dispatchEvent(new CustomEvent(`write`,{detail:e,bubbles:!0}))}done(e,t){this.dispatched={id:e,count:t},this.#n()}};L([A()],na.prototype,`total`,void 0),L([A()],na.prototype,`ticked`,void 0),L([A()],na.prototype,`all`,void 0),L([A()],na.prototype,`dispatched`,void 0),na=L([O(`mass-reply-conversations`)],na);var ra=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],ia=class extends Q{constructor(...e){super(...e),this.shown=``,this.log=[],this.#e=null,this.#t=``,this.#n=``,this.#i=e=>this.try(async()=>{let t=this.#e=new ai(this.api,null);if(t.addEventListener(`change`,()=>this.#a(t)),await t.open(e),t.trouble)throw t.trouble})}#e;#t;#n;willUpdate(){this.#t!==this.shown&&(this.#r(),this.#t=this.shown,this.#i(this.shown))}disconnectedCallback(){super.disconnectedCallback(),this.#r()}#r(){this.#e?.leave(),this.#e=null,this.#t=this.#n=``,this.log=[]}#i;#a(e){e===this.#e&&(this.requestUpdate(),e.batch&&e.batch.status!==this.#n&&(this.#n=e.batch.status,this.may(`admin`)&&this.#o(e.batch.id)))}async#o(e){let{items:t}=await this.api.get(`/audit-log`,{query:{mass_reply:e,limit:100}}).catch(()=>({items:[]}));e===this.#t&&(this.log=t)}render(){let{say:e}=this.words,t=this.#e?.batch;return x`<p><a href=${Fi(`mass-replies`)}>← ${e(`nav_mass_replies`)}</a></p>
      ${this.said()}
      ${t?this.#s(t):this.problem?S:x`<p class="soft">${e(`loading`)}</p>`}`}#s(e){let{words:t}=this,{say:n}=t,{trouble:r}=this.#e;return x`<div class="page-head row spread"><h1>${t.batchStatus(e.status)}</h1>
        <button class="main" @click=${()=>this.#u(`watch`,e.id)}>${n(`open_dialog`)}</button></div>
      ${e.confirmed_at?x`<p class="total">${di(this.#e,t,Date.now())}</p>`:S}
      ${_i(this.#e,t)}
      ${r instanceof j?x`<p class="note bad" role="alert">${t.problem(r)}</p>`:S}
      <p class="soft">${n(`by_at`,{name:e.author.name,time:t.exact(e.created_at)})}</p>
      <div class="columns">
        <section class="stack" aria-label=${n(`message`)}><h2>${n(`message`)}</h2>
          <div class="bubble">${e.message.text}</div>
          ${e.message.html?x`<mass-reply-html .text=${e.message.html} .named=${n(`html_part`)}></mass-reply-html>`:S}
          <h2>${n(`selected_by`)}</h2><pre class="bubble">${JSON.stringify(e.selection,null,1)}</pre>
        </section>
        <section class="stack" aria-label=${n(`counts`)}><h2>${n(`counts`)}</h2>
          <table><tbody>${e.counts?ra.map(n=>x`<tr><th scope="row">${t.status(n)}</th><td class="number">${t.number(e.counts[n])}</td></tr>`):S}
            <tr><th scope="row">${n(`sum`)}</th><td class="number"><strong>${t.number(e.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      ${this.#c(e)}
      <mass-reply-watch .model=${this.#e} .words=${t} @follow-up=${t=>this.#u(`write`,{follow_up:{mass_reply_id:e.id,statuses:t.detail}})}></mass-reply-watch>
      ${this.#l()}`}#c({lanes:e}){let{channel:t,named:n,number:r,say:i}=this.words;return e.length?x`<section class="stack" aria-label=${i(`nav_accounts`)}><h2>${i(`nav_accounts`)}</h2>
      <div class="wide"><table class="rows"><tbody>${e.map(e=>x`<tr><th scope="row">${e.channel_account??`–`}</th><td>${t(e.channel)}</td>
          <td><span class="state ${e.state}">${n(`lane`,e.state)}</span> <span class="soft">${e.reason??``}</span></td>
          <td class="number">${i(`n_left`,{n:ui(e.counts)})}</td><td class="number">${r(e.counts.failed)} ${this.words.status(`failed`)}</td></tr>`)}</tbody></table></div></section>`:S}#l(){let{say:e,exact:t,named:n}=this.words;return this.log.length?x`<section class="stack" aria-label=${e(`log`)}><h2>${e(`log`)}</h2>
      <ul>${this.log.map(e=>x`<li>${t(e.at)} · <strong>${n(`action`,e.action)}</strong> · ${e.actor.author.name}${e.reason?` · ${e.reason}`:``}</li>`)}</ul></section>`:S}#u(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0}))}};L([k({attribute:!1})],ia.prototype,`shown`,void 0),L([A()],ia.prototype,`log`,void 0),ia=L([O(`mass-reply-page`)],ia);var aa=[`preparing`,`awaiting_confirmation`,`awaiting_approval`,`scheduled`,`sending`,`paused`,`completed`,`cancelled`,`expired`],oa=50,sa=class extends Q{#e=null;#t=new Ut(this,e=>{let t=this.place.get(`status`)||void 0;return this.api.get(`/mass-replies`,{query:{limit:oa,cursor:e,status:t}})},e=>this.failed(e,()=>this.#t.reload()));willUpdate(){let e=this.place.get(`id`)?null:`status ${this.place.get(`status`)??``}`;e!==this.#e&&(this.#e=e,this.problem=``,e&&this.#t.first())}render(){let e=this.place.get(`id`);if(e)return x`<mass-reply-page .api=${this.api} .words=${this.words} .me=${this.me} .shown=${e}></mass-reply-page>`;let{words:t}=this,{say:n}=t,{items:r}=this.#t;return x`<div class="page-head row spread"><h1>${n(`nav_mass_replies`)}</h1>
        <label class="field">${n(`filter_status`)}<select @change=${e=>location.hash=Fi(`mass-replies`,{status:Ht(e)})}>
          <option value="">${n(`any`)}</option>${aa.map(e=>x`<option value=${e} ?selected=${e===this.place.get(`status`)}>${t.batchStatus(e)}</option>`)}</select></label>
      </div>
      ${this.said()}
      <div class="wide"><table>
        <thead><tr><th>${n(`col_state`)}</th><th>${n(`message`)}</th><th class="number">${n(`recipients`)}</th><th>${n(`col_who`)}</th><th>${n(`col_time`)}</th></tr></thead>
        <tbody>${r?.map(e=>this.#n(e))}</tbody>
      </table></div>
      ${r===null&&!this.problem?x`<p class="soft">${n(`loading`)}</p>`:S}
      ${r?.length===0?x`<p class="soft empty">${n(this.place.get(`status`)?`nothing_here`:`no_mass_replies`)}</p>`:S}
      ${this.#t.render(t,null,oa)}`}#n(e){let{words:t}=this;return x`<tr>
      <td class="tight"><span class="state ${e.status}">${t.batchStatus(e.status)}</span></td>
      <td><a href=${Fi(`mass-replies`,{id:e.id})} class="clip">${e.message.text}</a></td>
      <td class="number">${e.recipient_count===null?`…`:t.number(e.recipient_count)}</td>
      <td>${e.author.name}</td>
      <td class="tight"><time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time></td>
    </tr>`}};sa=L([O(`mass-reply-history`)],sa);var ca=class extends Q{constructor(...e){super(...e),this.going=null,this.saved=!1}section(e,t){return x`<section class="stack" aria-label=${e}><h2>${e}</h2>${this.said()} ${t}</section>`}table(e,t){let{say:n}=this.words;return e===null?this.problem?S:x`<p class="soft">${n(`loading`)}</p>`:e.length?x`<div class="wide"><table class="rows"><tbody>${e.map(t)}</tbody></table></div>`:x`<p class="soft">${n(`nothing_here`)}</p>`}removal(e,t,n){let{say:r}=this.words;if(this.going!==t)return x`<button class="plain stop" aria-label="${e}: ${t}" @click=${()=>this.going=t}>${e}</button>`;let i=()=>this.going=null;return x`<span class="row" role="group" aria-label=${t}><button class="stop" @click=${()=>{i(),this.try(n)}}>${r(`really`,{what:e})}</button>
      <button class="plain" @click=${i}>${r(`keep_it`)}</button></span>`}once(e){let{say:t}=this.words;return x`<div class="note amber stack" role="status"><p><strong>${t(`shown_once`)}</strong></p>
      <label class="field full">${t(`secret`)}<input class="full" readonly .value=${e} @focus=${e=>e.target.select()} /></label></div>`}read(e){e.preventDefault();let t=e.currentTarget;return Object.fromEntries([...new FormData(t)].map(([e,t])=>[e,String(t).trim()]))}};L([A()],ca.prototype,`going`,void 0),L([A()],ca.prototype,`saved`,void 0);var la=class extends ca{constructor(...e){super(...e),this.guards=null,this.#t=()=>this.try(async()=>{this.guards=await this.api.put(`/settings`,{body:this.guards}),this.saved=!0})}firstUpdated(){this.try(async()=>{this.guards=await this.api.get(`/settings`)})}render(){let{say:e}=this.words;return this.section(e(`guards`),this.guards?this.#e(this.guards):S)}#e(e){let{say:t}=this.words,n=t=>{this.guards={...e,...t},this.saved=!1},r=(t,r)=>x`<label class="field">${r}
      <input type="number" min="0" size="8" .value=${String(e[t]??``)} @change=${e=>n({[t]:ua(e)})} /></label>`,i=(e,t,r)=>x`<label class="choice">
      <input type="checkbox" .checked=${e} @change=${e=>n(r(e.target.checked))} />${t}</label>`;return x`<div class="row fields">
        ${r(`approval_above`,t(`guard_approval_above`))} ${r(`max_per_contact_per_day`,t(`guard_max_per_contact_per_day`))}
        ${r(`inactive_after_days`,t(`guard_inactive_after_days`))}
        <label class="field">${t(`guard_agent`)}<input type="number" min="1" size="8" .value=${String(e.max_recipients.agent??``)} @change=${t=>{let{agent:r,...i}=e.max_recipients,a=ua(t);n({max_recipients:a===null?i:{...i,agent:a}})}} /></label></div>
      ${i(e.once_per_contact,t(`guard_once`),e=>({once_per_contact:e}))}
      ${i(e.inactive===`skip`,t(`guard_skip`),e=>({inactive:e?`skip`:`warn`}))}
      <div class="row"><button class="main" @click=${this.#t}>${t(`save`)}</button><span role="status">${this.saved?t(`is_saved`):``}</span></div>`}#t};L([A()],la.prototype,`guards`,void 0),la=L([O(`mass-reply-guards`)],la);function ua(e){let{value:t}=e.target;return t===``?null:Number(t)}var da=[`viewer`,`agent`,`supervisor`,`integration`,`admin`],fa=class extends ca{constructor(...e){super(...e),this.items=null,this.made=null,this.#e=async()=>{this.items=(await this.api.get(`/api-keys`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`keys`),x`${this.made?this.once(this.made):S} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{ago:t,exact:n,say:r,time:i}=this.words,a=e.revoked_at!==null||e.expires_at!==null&&new Date(e.expires_at)</* @__PURE__ */ new Date,o=e.revoked_at?r(`revoked`):e.expires_at?r(a?`was_over`:`is_over`,{time:i(e.expires_at)}):``;return x`<tr>
      <th scope="row">${e.name}</th><td>${e.roles.join(`, `)}</td><td>${e.agent?.name??``}</td><td>${o}</td>
      <td class="tight">${e.last_used_at?x`<time title=${n(e.last_used_at)}>${t(e.last_used_at)}</time>`:r(`never_used`)}</td>
      <td class="tight">${a?S:x`<button class="plain" aria-label="${r(`replace`)}: ${e.name}" @click=${()=>this.#i(e)}>${r(`replace`)}</button>
        ${this.removal(r(`revoke`),e.name,()=>this.#a(e.id))}`}</td>
    </tr>`}#n(){let{say:e}=this.words;return x`<details><summary>${e(`new_key`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${e(`name`)}<input name="name" required maxlength="200" /></label>
      <label class="field">${e(`role`)}<select name="role">${da.map(e=>x`<option ?selected=${e===`agent`}>${e}</option>`)}</select></label>
      <label class="field">${e(`agent_id`)}<input name="agent" size="12" /></label>
      <label class="field">${e(`agent_name`)}<input name="agent_name" size="16" /></label>
      <label class="field">${e(`ends_on`)}<input name="ends" type="date" /></label>
      <button class="main lower">${e(`create`)}</button></form></details>`}#r(e){let{name:t,role:n,agent:r,agent_name:i,ends:a}=this.read(e);this.#i({name:t,roles:[n],agent:r?{id:r,name:i||r,email:null}:null,expires_at:a?(/* @__PURE__ */ new Date(`${a}T23:59:59`)).toISOString():null})}#i({name:e,roles:t,agent:n,expires_at:r}){let i=n&&{id:n.id,name:n.name,email:n.email};return this.try(async()=>{this.made=(await this.api.post(`/api-keys`,{body:{name:e,roles:t,agent:i,expires_at:r}})).key,await this.#e()})}async#a(e){await this.api.delete(`/api-keys/{key_id}`,{path:{key_id:e}}),await this.#e()}};L([A()],fa.prototype,`items`,void 0),L([A()],fa.prototype,`made`,void 0),fa=L([O(`mass-reply-keys`)],fa);var pa={name:`Take an announcement off the to-do list`,enabled:!0,trigger:{type:`message.sent`},conditions:{tags:{any:[`incident`]}},actions:[{type:`set_status`,status:`snoozed`}]},ma=class extends ca{constructor(...e){super(...e),this.items=null,this.edited=null,this.#e=async()=>{this.items=(await this.api.get(`/automation-rules`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`rules`),x`${this.table(this.items,e=>this.#t(e))}
        ${this.edited?this.#r(this.edited):x`<div><button @click=${()=>this.#n(``,pa)}>${e(`new_rule`)}</button></div>`}`)}#t(e){let{say:t}=this.words;return x`<tr>
      <th scope="row">${e.name}</th><td class="soft">${e.trigger.type} → ${e.actions.map(e=>e.type).join(`, `)}</td>
      <td><span class="state ${e.failing?`disabled`:e.enabled?`active`:``}">${t(e.failing?`rule_failing`:e.enabled?`is_on`:`is_off`)}</span>
        ${e.last_failure?x` <span class="soft">${e.last_failure}</span>`:S}</td>
      <td><div class="row">
        <button class="plain" aria-label="${t(e.enabled?`turn_off`:`turn_on`)}: ${e.name}" @click=${()=>this.#a(e.key,{...ha(e),enabled:!e.enabled})}>${t(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${t(`edit`)}: ${e.name}" @click=${()=>this.#n(e.key,ha(e))}>${t(`edit`)}</button>
        ${this.removal(t(`delete`),e.name,()=>this.#o(e.key))}
      </div></td>
    </tr>`}#n(e,t){this.edited={key:e,text:JSON.stringify(t,null,2)}}#r({key:e,text:t}){let{say:n}=this.words;return x`<form class="stack card" @submit=${this.#i}>
      <label class="field">${n(`short_name`)}<input name="key" required size="24" .value=${e} ?readonly=${e!==``} /></label>
      <label class="field full">${n(`rule_text`)}<textarea class="full code" name="text" rows="12" spellcheck="false" .value=${t}></textarea></label>
      <div class="row"><button class="main">${n(`save`)}</button><button type="button" @click=${()=>this.edited=null}>${n(`keep_it`)}</button></div></form>`}#i(e){let{key:t,text:n}=this.read(e);this.edited={key:this.edited.key,text:n},this.#a(t,()=>JSON.parse(n))}#a(e,t){return this.try(async()=>{await this.api.put(`/automation-rules/{key}`,{path:{key:e},body:typeof t==`function`?t():t}),this.edited=null,await this.#e()})}async#o(e){await this.api.delete(`/automation-rules/{key}`,{path:{key:e}}),await this.#e()}};L([A()],ma.prototype,`items`,void 0),L([A()],ma.prototype,`edited`,void 0),ma=L([O(`mass-reply-rules`)],ma);var ha=({name:e,enabled:t,trigger:n,conditions:r,actions:i})=>({name:e,enabled:t,trigger:n,conditions:r,actions:i}),ga=class extends ca{constructor(...e){super(...e),this.items=null,this.#e=async()=>{this.items=(await this.api.get(`/snippets`,{query:{limit:500}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words,t=this.may(`admin`);return this.section(e(`snippets`),x`${this.table(this.items,({shortcode:n,text:r})=>x`<tr><th scope="row">/${n}</th><td class="plain-text">${r}</td>
      <td class="tight">${t?this.removal(e(`delete`),`/${n}`,()=>this.#r(n)):S}</td></tr>`)} ${t?this.#t():S}`)}#t(){let{say:e}=this.words;return x`<form class="row fields" @submit=${this.#n}>
      <label class="field">${e(`shortcode`)}<input name="shortcode" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" /></label>
      <label class="field grow">${e(`snippet_text`)}<textarea class="full" name="text" rows="2" required></textarea></label>
      <button class="lower">${e(`save`)}</button></form>`}#n(e){let t=e.currentTarget,{shortcode:n,text:r}=this.read(e);this.try(async()=>{await this.api.put(`/snippets/{shortcode}`,{path:{shortcode:n},body:{text:r}}),t.reset(),await this.#e()})}async#r(e){await this.api.delete(`/snippets/{shortcode}`,{path:{shortcode:e}}),await this.#e()}};L([A()],ga.prototype,`items`,void 0),ga=L([O(`mass-reply-snippets`)],ga);var _a=class extends ca{constructor(...e){super(...e),this.items=null,this.secret=null,this.#e=async()=>{this.items=(await this.api.get(`/webhook-endpoints`,{query:{limit:100}})).items}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`webhooks`),x`${this.secret?this.once(this.secret):S} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{named:t,say:n}=this.words,r=e.disabled_reason??(e.state===`retrying`?e.last_failure:null);return x`<tr>
      <th scope="row">${e.key}</th><td>${e.url}<br /><span class="soft">${e.events?.join(`, `)??n(`all_events`)}</span></td>
      <td><span class="state ${e.state}">${t(`endpoint`,e.state)}</span>${r?x` <span class="soft">${r}</span>`:S}
        ${e.backlog.count?x`<br /><span class="soft">${n(`n_wait`,{n:e.backlog.count})}</span>`:S}</td>
      <td><div class="row">
        ${e.state===`disabled`?x`<button @click=${()=>this.#i(e.key,e,!0)}>${n(`try_again`)}</button>`:S}
        <button class="plain" aria-label="${n(e.enabled?`turn_off`:`turn_on`)}: ${e.key}" @click=${()=>this.#i(e.key,e,!e.enabled)}>${n(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${n(`rotate`)}: ${e.key}" @click=${()=>this.#a(e.key)}>${n(`rotate`)}</button>
        ${this.removal(n(`delete`),e.key,()=>this.#o(e.key))}
      </div></td>
    </tr>`}#n(){let{say:e}=this.words;return x`<details><summary>${e(`new_webhook`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${e(`short_name`)}<input name="key" required size="14" /></label>
      <label class="field grow">${e(`address`)}<input class="full" name="url" type="url" required placeholder="https://" /></label>
      <label class="field grow">${e(`events`)}<input class="full" name="events" placeholder=${e(`all_events`)} /></label>
      <button class="main lower">${e(`save`)}</button></form></details>`}#r(e){let{key:t,url:n,events:r}=this.read(e),i=r.split(/[\s,]+/).filter(Boolean);this.#i(t,{url:n,events:i?.length?i:null},!0)}#i(e,{url:t,events:n},r){return this.try(async()=>{let i=await this.api.put(`/webhook-endpoints/{key}`,{path:{key:e},body:{url:t,events:n,enabled:r}});this.secret=i.secret??this.secret,await this.#e()})}#a(e){return this.try(async()=>{this.secret=(await this.api.post(`/webhook-endpoints/{key}/rotate-secret`,{path:{key:e}})).secret,await this.#e()})}async#o(e){await this.api.delete(`/webhook-endpoints/{key}`,{path:{key:e}}),await this.#e()}};L([A()],_a.prototype,`items`,void 0),L([A()],_a.prototype,`secret`,void 0),_a=L([O(`mass-reply-webhooks`)],_a);var va=class extends Q{render(){let{api:e,words:t,me:n}=this,{say:r}=t;return x`<div class="page-head"><h1>${r(`nav_settings`)}</h1></div>
      ${this.may(`admin`)?x`<mass-reply-guards .api=${e} .words=${t} .me=${n}></mass-reply-guards>`:x`<p class="note">${r(`needs_admin`)}</p>`}
      <mass-reply-snippets .api=${e} .words=${t} .me=${n}></mass-reply-snippets>
      ${this.may(`admin`)?x`<mass-reply-rules .api=${e} .words=${t} .me=${n}></mass-reply-rules>
              <mass-reply-webhooks .api=${e} .words=${t} .me=${n}></mass-reply-webhooks>
              <mass-reply-keys .api=${e} .words=${t} .me=${n}></mass-reply-keys>
              <mass-reply-log .api=${e} .words=${t} .me=${n}></mass-reply-log>`:S}`}};va=L([O(`mass-reply-settings`)],va);var ya=50,ba=class extends ca{#e=new Ut(this,e=>this.api.get(`/audit-log`,{query:{limit:ya,cursor:e}}),e=>this.failed(e,()=>this.#e.reload()));firstUpdated(){this.#e.first()}render(){let{ago:e,exact:t,named:n,say:r}=this.words,i=this.table(this.#e.items,r=>x`<tr><td class="tight"><time title=${t(r.at)}>${e(r.at)}</time></td>
      <td>${n(`action`,r.action)}</td><td>${r.actor.author.name}</td><td>${r.object_id??``}</td><td>${r.reason??``}</td></tr>`);return this.section(r(`log`),x`${i} ${this.#e.render(this.words,null,ya)}`)}};ba=L([O(`mass-reply-log`)],ba);var xa=c`
  :host {
    display: grid;
    grid-template-columns: 184px minmax(0, 1fr);
    min-height: 100dvh;
    background: var(--paper);
  }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
  main { padding: 20px 24px 48px; display: block; }
  main h2 { font-size: 16px; line-height: 24px; }
  main > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main > * > :is(mass-reply-filters, mass-reply-guards, mass-reply-snippets, mass-reply-rules, mass-reply-webhooks, mass-reply-keys, mass-reply-log, mass-reply-page) { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main.door { grid-column: 1 / -1; display: grid; place-content: center; padding: 16px; }
  .door form { width: min(400px, calc(100vw - 32px)); padding: 24px; }
  dialog.small { width: min(440px, calc(100vw - 32px)); height: auto; }
  dialog.small form { border: 0; padding: 24px; }
  nav { background: var(--shade); border-right: 1px solid var(--line); padding: 16px 8px; display: flex; flex-direction: column; justify-content: space-between; gap: 16px; position: sticky; top: 0; height: 100dvh; }
  nav ul { display: grid; gap: 4px; }
  nav li a { display: block; padding: 8px 12px; border-radius: var(--radius); color: inherit; text-decoration: none; }
  nav li a:hover { background: var(--line); }
  nav li a[aria-current='page'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .who { padding: 0 12px; overflow-wrap: anywhere; }
  .who button, .door .plain { padding: 2px 8px; min-height: 30px; }
  [aria-pressed='true'] { font-weight: 700; text-decoration: underline; }
  .page-head { min-height: 36px; }
  .total { font-size: 16px; }
  .filters, .fields { align-items: end; }
  .fields { padding: 12px 0; }
  .chips { min-height: 32px; }
  .chip.filter { display: inline-flex; align-items: center; gap: 4px; padding: 0 2px 0 12px; font-size: 14px; min-height: 30px; border-color: var(--control); overflow-wrap: anywhere; }
  .chip.filter button { min-height: 26px; padding: 0 8px; border-radius: 13px; }
  .bulk.some { box-shadow: inset 4px 0 0 var(--accent); }
  .empty { padding: 32px 8px; text-align: center; }
  .code { font: 13px/18px ui-monospace, monospace; }
  .bulk { min-height: 52px; padding: 8px 12px; background: var(--shade); border-radius: var(--radius); position: sticky; top: 0; z-index: 1; }
  .wide { overflow-x: auto; }
  .tick { width: 34px; }
  .tight { white-space: nowrap; }
  .clip { display: block; max-width: 56ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  tr[aria-selected='true'] { background: var(--shade); }
  .chip { display: inline-block; border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px; }
  .state { border: 1px solid var(--control); border-radius: 12px; padding: 1px 10px; white-space: nowrap; }
  .state.sending, .state.ready, .state.completed, .state.active, .state.done { border-color: var(--good); color: var(--good); }
  .state.paused, .state.cooling, .state.awaiting_approval, .state.scheduled, .state.retrying, .state.disabled { border-color: var(--amber); color: var(--amber); }
  .beside { display: grid; gap: 24px; grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr); align-items: start; }
  .thread-head { align-items: start; }
  .thread { border-left: 1px solid var(--line); padding-left: 24px; }
  .item { padding: 8px 12px; border-radius: var(--radius); background: var(--shade); }
  .item.reply { border-left: 4px solid var(--accent); }
  .item.system_note { border-left: 4px solid var(--control); }
  .item.system_error { border-left: 4px solid var(--danger); }
  .plain-text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
  .full { width: 100%; }
  .grow { flex: 1; }
  .icon { width: 16px; height: 16px; vertical-align: -3px; fill: none; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round; }
  pre { margin: 0; font: 13px/18px ui-monospace, monospace; }
  mass-reply-watch .body { padding: 0; }
  @media (max-width: 720px) {
    :host { grid-template-columns: minmax(0, 1fr); align-content: start; }
    nav { position: static; height: auto; padding: 8px; border: 0; border-bottom: 1px solid var(--line); gap: 8px; }
    nav ul { display: flex; overflow-x: auto; }
    nav li a { padding: 8px; white-space: nowrap; }
    .who { display: flex; gap: 8px; justify-content: space-between; align-items: center; padding: 0 8px; }
    .who .role { display: none; }
    main { padding: 16px; }
    .bulk { min-height: 96px; }
    .rows tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--line); }
    .rows th, .rows td { display: block; border: 0; padding: 2px 8px; text-align: left; white-space: normal; }
    .rows td:empty { display: none; }
    .beside { grid-template-columns: minmax(0, 1fr); }
    .thread { border: 0; padding: 0; }
  }
`,Sa=[`conversations`,`mass-replies`,`accounts`,`settings`],Ca={conversations:`nav_conversations`,"mass-replies":`nav_mass_replies`,accounts:`nav_accounts`,settings:`nav_settings`},$=class extends D{constructor(...e){super(...e),this.me=null,this.refused=``,this.page=`conversations`,this.place=new URLSearchParams,this.words=new jt(navigator.language||Pt(this)),this.busy=0,this.renewing=null,this.#e=null,this.#t=new P(new URL(
/* @vite-ignore */
`..`,import.meta.url).href.replace(/\/$/,``),e=>this.#i(e)),this.#n=()=>{let[e,t]=location.hash.replace(/^#\/?/,``).split(`?`);this.page=Sa.find(t=>t===e)??`conversations`,this.place=new URLSearchParams(t)},this.#i=async e=>!e||!this.me?this.#e??Promise.reject(/* @__PURE__ */ Error()):(this.renewing??=Promise.withResolvers(),this.renewing.promise),this.#c=()=>{this.renewing?.reject(/* @__PURE__ */ Error()),this.renewing=null},this.#m=e=>this.#g(e.detail,null),this.#h=e=>this.#g(null,e.detail),this.#v=()=>{this.#e=this.me=null,this.#t=new P(this.#t.base,this.#i),this.#t.whenBusy.add(e=>this.busy=e)}}static{this.styles=[ot,st,ct,xa]}#e;#t;connectedCallback(){super.connectedCallback(),document.documentElement.lang=this.words.lang,document.body.style.margin=`0`,window.addEventListener(`hashchange`,this.#n),this.#t.whenBusy.add(e=>this.busy=e),this.#n()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`hashchange`,this.#n)}#n;#r(e){this.words=new jt(e),document.documentElement.lang=e}render(){return this.me?this.#f(this.me):this.#a()}#i;#a(){let{say:e}=this.words;return x`<main class="door"><form class="card stack" @submit=${this.#l}>
      <h1>mass-reply</h1>
      <p>${e(`sign_in_hint`)}</p>
      ${this.#o()}
      <button class="main">${e(`sign_in`)}</button>${this.#d()}
    </form></main>`}#o(){let{say:e}=this.words;return x`<label class="field full">${e(`key`)}<input class="full" type="password" name="key" required autocomplete="off" spellcheck="false" autofocus /></label>
      <p class="soft">${e(`in_memory`)}</p>
      ${this.refused?x`<p class="note bad" role="alert">${this.refused}</p>`:S}`}#s(){let{say:e}=this.words;return x`<dialog class="small" aria-label=${e(`sign_in_again`)} @cancel=${e=>{e.preventDefault(),this.#c()}}>
      <form class="card stack" @submit=${this.#l}><h2>${e(`session_ended`)}</h2>${this.#o()}
        <div class="row"><button class="main">${e(`sign_in_again`)}</button><button type="button" @click=${this.#c}>${e(`sign_out`)}</button></div>
      </form></dialog>`}updated(){let e=this.renderRoot.querySelector(`dialog.small`);e&&!e.open&&e.showModal()}#c;async#l(e){e.preventDefault();let t=new FormData(e.target).get(`key`);try{this.me=await new P(this.#t.base,async()=>t).get(`/me`),this.refused=``,this.#e=t,this.renewing?.resolve(t),this.renewing=null}catch(e){this.refused=this.#u(e)}}#u(e){let{say:t}=this.words;return e instanceof M?t(`key_refused`):qe(e)?t(`overloaded`):e instanceof j?this.words.problem(e):t(`no_answer`)}#d(){return x`<div class="row">${[`en`,`de`].map(e=>x`<button type="button" class="plain" lang=${e} aria-pressed=${this.words.lang===e} @click=${()=>this.#r(e)}>${e===`en`?`English`:`Deutsch`}</button>`)}</div>`}#f(e){let{say:t}=this.words;return x`<nav aria-label="mass-reply">
        <ul>${Sa.map(e=>x`<li><a href=${Fi(e)} aria-current=${e===this.page?`page`:`false`}>${t(Ca[e])}</a></li>`)}</ul>
        <div class="who stack"><div><strong>${e.user?.name??e.key?.name??``}</strong><br class="role" /><span class="soft role">${e.roles.join(`, `)}</span></div>
          ${this.#d()}<button @click=${this.#v}>${t(`sign_out`)}</button></div>
      </nav>
      ${this.renewing?this.#s():S}
      <main @write=${this.#m} @watch=${this.#h} @signed-out=${this.#v}>
        ${this.busy?x`<p class="note" role="status">${t(`busy`,{n:this.busy})}</p>`:S}
        ${this.#p(e)}</main>
      <mass-reply-dialog .getToken=${this.#i} lang=${this.words.lang} @confirmed=${this.#_}></mass-reply-dialog>`}#p(e){let{words:t,place:n}=this;switch(this.page){case`conversations`:return x`<mass-reply-conversations .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-conversations>`;case`mass-replies`:return x`<mass-reply-history .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-history>`;case`accounts`:return x`<mass-reply-accounts .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-accounts>`;case`settings`:return x`<mass-reply-settings .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-settings>`}}#m;#h;#g(e,t){this.dialog.selection=e,this.dialog.massReply=t,this.dialog.show()}#_(e){this.renderRoot.querySelector(`mass-reply-conversations`)?.done(e.detail.id,e.detail.count)}#v};L([A()],$.prototype,`me`,void 0),L([A()],$.prototype,`refused`,void 0),L([A()],$.prototype,`page`,void 0),L([A()],$.prototype,`place`,void 0),L([A()],$.prototype,`words`,void 0),L([Ge(`mass-reply-dialog`)],$.prototype,`dialog`,void 0),L([A()],$.prototype,`busy`,void 0),L([A()],$.prototype,`renewing`,void 0),$=L([O(`mass-reply-console`)],$);export{$ as Console};